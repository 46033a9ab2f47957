import type { EventEmitter } from 'node:events'
import { onTestFinished } from 'vitest'

/** What would end the process until the running test is over. Vitest's own listeners are put aside meanwhile. */
export function fatal(): unknown[] {
  const seen: unknown[] = []
  const note = (error: unknown): void => void seen.push(error)
  const emitter: EventEmitter = process
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const listeners = emitter.listeners(event)
    emitter.removeAllListeners(event)
    emitter.on(event, note)
    onTestFinished(() => {
      emitter.off(event, note)
      for (const listener of listeners) emitter.on(event, (...args) => Reflect.apply(listener, process, args))
    })
  }
  return seen
}

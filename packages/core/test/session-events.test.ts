import { expect, test } from 'vitest'
import { SessionEvents } from '../src/session-events.ts'
import { loggerInto } from './saving/managed.ts'
import { turnOfLoop } from './saving/manual-clock.ts'

test('listeners hear their event, in the order in which they came', () => {
  const { events } = opened()
  const heard: unknown[] = []
  events.on('conflict', ({ names }) => heard.push(['first', names]))
  events.on('conflict', ({ names }) => heard.push(['second', names]))
  events.on('lateWrite', () => heard.push('wrong event'))
  events.emit('conflict', { names: ['a'] })
  expect(heard).toEqual([
    ['first', ['a']],
    ['second', ['a']],
  ])
})

test('a listener that throws is logged, and the next one hears the event', () => {
  const { events, log } = opened()
  const heard: unknown[] = []
  events.on('conflict', () => {
    throw new Error('oh')
  })
  events.on('conflict', () => heard.push(1))
  events.emit('conflict', { names: [] })
  expect(heard).toEqual([1])
  expect(log).toEqual(['error: A listener of "conflict" failed: oh'])
})

test('a listener whose promise rejects is logged', async () => {
  const { events, log } = opened()
  events.on('conflict', async () => {
    await turnOfLoop()
    throw new Error('oh')
  })
  events.emit('conflict', { names: [] })
  await turnOfLoop()
  await turnOfLoop()
  expect(log).toEqual(['error: A listener of "conflict" failed: oh'])
})

test('a listener may take itself off while it hears', () => {
  const { events } = opened()
  let heard = 0
  const once = (): void => {
    heard++
    events.off('conflict', once)
  }
  events.on('conflict', once)
  events.emit('conflict', { names: [] })
  events.emit('conflict', { names: [] })
  expect(heard).toBe(1)
  expect(events.hasListeners('conflict')).toBe(false)
})

test('the same listener is heard once, however often it was put on', () => {
  const { events } = opened()
  let heard = 0
  const listener = (): number => heard++
  events.on('conflict', listener)
  events.on('conflict', listener)
  events.emit('conflict', { names: [] })
  expect(heard).toBe(1)
})

function opened(): { readonly events: SessionEvents; readonly log: string[] } {
  const log: string[] = []
  return { events: new SessionEvents(loggerInto(log)), log }
}

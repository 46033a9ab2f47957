import type { SessionManagerSurroundings } from '@hazelcast-session/core'

type Clock = NonNullable<SessionManagerSurroundings['clock']>

/**
 * The machine's clock, which can be set ahead: half an hour passes at once for whoever asks what time it is. Timers run
 * as ever and fire none the earlier for it, so that waits of milliseconds stay what they are.
 */
export class LeapClock implements Clock {
  #ahead = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  after(ms: number, task: () => void, ground?: 'foreground' | 'background'): () => void {
    const timer = setTimeout(task, ms)
    if (ground === 'background') timer.unref()
    return () => clearTimeout(timer)
  }

  /** Lets `ms` milliseconds pass. */
  leap(ms: number): void {
    this.#ahead += ms
  }
}

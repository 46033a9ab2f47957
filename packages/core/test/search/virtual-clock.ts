import type { CancelTimer, Clock } from '../../src/clock.ts'

interface Timer {
  readonly due: number
  readonly order: number
  readonly task: () => void
}

/** Some day in the past; only differences matter. */
const START = 1_700_000_000_000

/** Time that passes only when nothing else is left to do, so that a minute of waiting takes microseconds. */
export class VirtualClock implements Clock {
  #now = START
  #order = 0
  /** Sorted by due time, then by order of creation. */
  readonly #timers: Timer[] = []

  now(): number {
    return this.#now
  }

  /** Milliseconds since the clock began. */
  get elapsed(): number {
    return this.#now - START
  }

  after(ms: number, task: () => void): CancelTimer {
    this.#order += 1
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order, task }
    const later = this.#timers.findIndex((other) => other.due > timer.due)
    if (later === -1) this.#timers.push(timer)
    else this.#timers.splice(later, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index !== -1) this.#timers.splice(index, 1)
    }
  }

  /** The same time as a machine sees it whose clock is wrong by `ms`. */
  skewed(ms: number): Clock {
    return { now: () => this.#now + ms, after: (wait, task) => this.after(wait, task) }
  }

  /** Lets time pass until `promise` settles, and settles like it. */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    const seen = { isSettled: false }
    const watch = promise.finally(() => {
      seen.isSettled = true
    })
    watch.catch(() => {})
    await settled()
    while (!seen.isSettled) {
      if (!this.#fireNext()) throw new Error('Nothing is left to happen, and the promise is still pending.')
      await settled()
    }
    return watch
  }

  /** Lets `ms` milliseconds pass. */
  async run(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    while (this.#fireNext(until)) await settled()
    this.#now = until
  }

  #fireNext(until: number = Infinity): boolean {
    const [timer] = this.#timers
    if (!timer || timer.due > until) return false
    this.#timers.shift()
    this.#now = timer.due
    timer.task()
    return true
  }
}

/** Everything that waits for promises only has run when this resolves. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

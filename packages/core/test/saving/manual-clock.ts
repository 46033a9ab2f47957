import type { CancelTimer, Clock } from '../../src/clock.ts'

interface Timer {
  readonly at: number
  readonly task: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 10, 21)
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): CancelTimer {
    const timer = { at: this.#now + ms, task }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that somebody still waits for. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets time pass, and everything happen that is due in it, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await turnOfLoop()
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) await this.#fire(next)
    this.#now = end
  }

  /** Settles as `promise` does, letting as much time pass as that takes; fails when no timer is left to wait for. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const seen = { isSettled: false }
    const settled = (): void => {
      seen.isSettled = true
    }
    promise.then(settled, settled)
    await turnOfLoop()
    while (!seen.isSettled) {
      const next = this.#next()
      if (!next) throw new Error('This promise never settles: nothing is under way, and no timer is set.')
      await this.#fire(next)
    }
    return promise
  }

  #next(): Timer | undefined {
    return [...this.#timers].toSorted((a, b) => a.at - b.at)[0]
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.task()
    await turnOfLoop()
  }
}

/** Everything that only waits for promises has happened after this. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

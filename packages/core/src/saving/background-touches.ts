import type { CancelTimer, Clock } from '../clock.ts'

/** How many sessions may wait for a touch to be tried again. More means that the cluster is away anyway. */
const MOST_WAITING = 10_000
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 15_000

interface Waiting {
  readonly cancel: CancelTimer
}

/** Touches that nobody waits for, tried again until the store has them or the session would be over. */
export class BackgroundTouches {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Waiting>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `touch`, and again while it rejects, until `expiresAt` (epoch ms). A newer touch of a session takes over. */
  start(key: string, expiresAt: number, touch: () => Promise<void>): void {
    this.#waiting.get(key)?.cancel()
    this.#waiting.delete(key)
    this.#try(key, expiresAt, touch, FIRST_PAUSE)
  }

  close(): void {
    this.#closed = true
    for (const { cancel } of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  #try(key: string, expiresAt: number, touch: () => Promise<void>, wait: number): void {
    touch().catch(() => {
      const isTooLate = this.#clock.now() + wait >= expiresAt
      if (this.#closed || isTooLate || this.#waiting.has(key) || this.#waiting.size >= MOST_WAITING) return
      const again = (): void => {
        this.#waiting.delete(key)
        this.#try(key, expiresAt, touch, Math.min(wait * 2, LONGEST_PAUSE))
      }
      this.#waiting.set(key, { cancel: this.#clock.after(wait, again, 'background') })
    })
  }
}

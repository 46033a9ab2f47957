import type { CancelTimer, Clock } from '../clock.ts'

/** Ms between two looks at what is due: at least, and at most. */
const SHORTEST_LOOK = 50
const LONGEST_LOOK = 1000

/**
 * When something is to be done for each of many keys. One timer for all of them, and none while there are none; it does
 * not keep the process alive.
 */
export class DueTimes {
  readonly #clock: Clock
  /** Does what is due for this key, or asks for it to be done later by `set`. */
  readonly #onDue: (key: string) => void
  readonly #dueAt = new Map<string, number>()
  #cancel: CancelTimer | undefined

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** `at`: epoch ms. */
  set(key: string, at: number): void {
    this.#dueAt.set(key, at)
    this.#schedule(at)
  }

  delete(key: string): void {
    this.#dueAt.delete(key)
  }

  /** Everything is due now. */
  hurry(): void {
    this.close()
    this.#look(Infinity)
  }

  /** Nothing more is done. */
  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #schedule(at: number): void {
    if (this.#cancel) return
    const wait = Math.min(LONGEST_LOOK, Math.max(SHORTEST_LOOK, at - this.#clock.now()))
    this.#cancel = this.#clock.after(wait, () => this.#look(this.#clock.now()), 'background')
  }

  #look(until: number): void {
    this.#cancel = undefined
    const due = Array.from(this.#dueAt).filter(([, at]) => at <= until)
    for (const [key] of due) {
      this.#dueAt.delete(key)
      this.#onDue(key)
    }
    if (this.#dueAt.size > 0) this.#schedule(Math.min(...this.#dueAt.values()))
  }
}

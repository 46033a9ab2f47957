/** How many keys a generation remembers; two generations are kept. */
const GENERATION = 10_000

/**
 * Which sessions were said to have changed, in the order in which that was heard. A number, the mark, stands for a moment;
 * so who sends a question notes one number, and can tell when the answer comes whether it may be old already.
 */
export class EventTrail {
  #count = 0
  /** Of everything up to here it is not known any more, or never was, what changed. */
  #forgotten = 0
  #youngFrom = 0
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** This moment. */
  get mark(): number {
    return this.#count
  }

  /** The session was changed, by somebody else or perhaps. */
  note(key: string): void {
    if (this.#young.size >= GENERATION) {
      this.#forgotten = this.#youngFrom
      this.#youngFrom = this.#count
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#count += 1
    this.#young.set(key, this.#count)
  }

  /** Anything may have been changed. */
  noteAll(): void {
    this.#count += 1
    this.#forgotten = this.#count
    this.#youngFrom = this.#count
    this.#young.clear()
    this.#old.clear()
  }

  /** Whether nothing was heard of this session since `mark`, and would have been. */
  isQuietSince(mark: number, key: string): boolean {
    return mark >= this.#forgotten && (this.#young.get(key) ?? this.#old.get(key) ?? 0) <= mark
  }
}

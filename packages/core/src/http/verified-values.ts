/** What a signature proved. */
export interface VerifiedValue {
  readonly value: string
  /** Whether the first of the secrets signed it. */
  readonly isCurrent: boolean
  /** The value with its signature, where that is at hand. */
  readonly signed?: string
}

/** How many values a generation keeps; two generations are kept. */
const GENERATION = 10_000

/**
 * Signed values that were verified, so that a cookie that comes with every request is verified once. Two generations,
 * the older forgotten when the younger is full: bounded, and without a list to keep in order.
 */
export class VerifiedValues {
  #young = new Map<string, VerifiedValue>()
  #old = new Map<string, VerifiedValue>()

  get(signed: string): VerifiedValue | undefined {
    const young = this.#young.get(signed)
    if (young) return young
    const old = this.#old.get(signed)
    if (old) this.set(signed, old)
    return old
  }

  /** Returns what is kept, with its signature. */
  set(signed: string, { value, isCurrent }: VerifiedValue): VerifiedValue {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    const own = whole(signed)
    const kept = { value: whole(value), isCurrent, signed: own }
    this.#young.set(own, kept)
    return kept
  }
}

/** The same text, but not as a piece of the request's headers, which it would keep in memory. */
function whole(text: string): string {
  return Buffer.from(text).toString()
}

/** How many cookies a generation remembers; two generations are remembered. */
const GENERATION = 10_000

/**
 * When this worker set the cookies of sessions, for `renew`. Bounded, so it forgets, and knows nothing of other workers: then
 * a cookie counts as due, and is set once more than would be needed.
 */
export class CookieRenewals {
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** The cookie of this session was set at this time, in epoch ms. */
  note(id: string, at: number): void {
    if (this.#young.size >= GENERATION && !this.#young.has(id)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, at)
  }

  /** Whether less than half of `maxAge` ms is left of the session's cookie, as far as is known here. */
  isDue(id: string, maxAge: number, now: number): boolean {
    const at = this.#young.get(id) ?? this.#old.get(id)
    return at === undefined || at + maxAge - now < maxAge / 2
  }
}

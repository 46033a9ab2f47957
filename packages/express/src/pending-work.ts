/** What an application asked for and may not have waited for. */
export class PendingWork {
  readonly #underWay = new Set<Promise<unknown>>()
  #failure: { readonly error: unknown } | undefined

  /** Does `work`, and returns its outcome. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = work().finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
    return done
  }

  /** Something failed, and nobody else was told. */
  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Resolves when nothing is under way; `undefined`: nothing is. What failed unheard, or fails now, is thrown. */
  settled(): Promise<void> | undefined {
    if (this.#failure) throw this.#failure.error
    if (this.#underWay.size === 0) return undefined
    return Promise.all(this.#underWay).then(() => this.settled())
  }
}

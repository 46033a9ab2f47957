/** What an application asked for and may not have waited for. */
export class PendingWork {
  /** Most requests ask for nothing. */
  #underWay: Set<Promise<unknown>> | undefined
  #failure: { readonly error: unknown } | undefined

  /** Does `work`, and returns its outcome. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const underWay = (this.#underWay ??= new Set())
    const done = work().finally(() => underWay.delete(done))
    underWay.add(done)
    return done
  }

  /** Something failed, and nobody else was told. */
  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Resolves when nothing is under way; `undefined`: nothing is. What failed unheard, or fails now, is thrown. */
  settled(): Promise<void> | undefined {
    if (this.#failure) throw this.#failure.error
    if (!this.#underWay || this.#underWay.size === 0) return undefined
    return Promise.all(this.#underWay).then(() => this.settled())
  }
}

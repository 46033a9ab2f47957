interface Failure {
  readonly error: unknown
  /** Whether somebody was told, or will be. */
  readonly isHeard: () => boolean
}

/** What an application asked for and may not have waited for. */
export class PendingWork {
  /** Most requests ask for nothing. */
  #underWay: Set<Promise<unknown>> | undefined
  #failures: Failure[] | undefined

  /** Does `work`, and returns its outcome. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const underWay = (this.#underWay ??= new Set())
    const done = work().finally(() => underWay.delete(done))
    underWay.add(done)
    return done
  }

  /** Something failed. `isHeard`: whether somebody else learns of it, as is known when the answer leaves. @default nobody */
  fail(error: unknown, isHeard: () => boolean = () => false): void {
    this.#failures ??= []
    this.#failures.push({ error, isHeard })
  }

  /** Resolves when nothing is under way; `undefined`: nothing is. What failed unheard, or fails now, is thrown. */
  settled(): Promise<void> | undefined {
    const unheard = this.#failures?.find(({ isHeard }) => !isHeard())
    if (unheard) throw unheard.error
    if (!this.#underWay || this.#underWay.size === 0) return undefined
    return Promise.all(this.#underWay).then(() => this.settled())
  }
}

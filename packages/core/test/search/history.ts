/** A write that the store carried out. */
export interface AppliedWrite {
  readonly key: string
  readonly worker: string
  /** Epoch ms between which it happened. */
  readonly from: number
  readonly to: number
  /** `undefined`: the entry was absent. */
  readonly before: string | undefined
  /** `undefined`: the entry was removed. */
  readonly after: string | undefined
}

/** An entry was given this long to live. */
export interface LifeGiven {
  readonly key: string
  readonly worker: string
  readonly at: number
  /** The entry as it was then. */
  readonly text: string
  /** What the giver had written. */
  readonly meant: string
  /** Epoch ms; infinite for an entry that never goes. */
  readonly goneAt: number
}

/** What really happened in the store, whatever the workers were told. */
export class History {
  readonly writes: AppliedWrite[] = []
  readonly lives: LifeGiven[] = []

  /** Two texts that are the same are one write made twice, to renew its life. */
  written(write: AppliedWrite): void {
    if (write.before !== write.after) this.writes.push(write)
  }

  lifeGiven(life: LifeGiven): void {
    this.lives.push(life)
  }
}

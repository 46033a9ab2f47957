/** A value that one request gave one attribute. No other request gives the same. */
export interface Written {
  readonly worker: string
  readonly name: string
  readonly value: string
  /** What the request saw there before. */
  readonly over: string | undefined
  /** Whether the request left it to the end, so that it may be written later than its answer. */
  isLate: boolean
  /** Epoch ms at which the request was told that this is done; infinite: it was not. */
  ackedAt: number
}

/** What a request of a worker was shown under a name. */
export interface Seen {
  readonly worker: string
  readonly name: string
  readonly value: string | undefined
  /** Epoch ms at which it began to look. */
  readonly from: number
  /** And at which it was shown that. */
  readonly at: number
  readonly by: string
}

/** What a worker found when it was asked for the session. Times in epoch ms. */
export interface Opened {
  readonly worker: string
  readonly kind: 'live' | 'ended' | 'none'
  readonly from: number
  readonly at: number
}

/** Somebody logged out. Times in epoch ms. */
export interface LogOut {
  readonly worker: string
  readonly from: number
  readonly at: number
  readonly isConfirmed: boolean
  /** Whether the worker refuses the session from now on, although that is not confirmed. */
  readonly isNoted: boolean
}

/** What requests wrote and saw, and what was told of the end. */
export class LateLedger {
  readonly written: Written[] = []
  readonly seen: Seen[] = []
  readonly opened: Opened[] = []
  readonly logOuts: LogOut[] = []
  /** Tokens of updates, and whether they were acknowledged. */
  readonly updates = new Map<string, boolean>()
  readonly problems: string[] = []
  /** For the story. */
  readonly told: { readonly at: number; readonly what: string }[] = []
  #count = 0

  nextValue(): string {
    this.#count += 1
    return `t${this.#count}`
  }

  /**
   * Whether `written` has `older` below it, and nobody is at `older` any more: then that must not be seen again where
   * `written` was. A request that failed to save its change may do so later, and over what came meanwhile.
   */
  isOver(written: Written, older: string | undefined): boolean {
    return this.isBelow(older, written) && (this.writerOf(written.name, older)?.ackedAt ?? 0) <= written.ackedAt
  }

  /** Whether who gave this value had `older` below it. */
  isBelow(older: string | undefined, { name, over }: Written): boolean {
    for (let below = over; ; below = this.writerOf(name, below)?.over) {
      if (below === older) return true
      if (below === undefined) return false
    }
  }

  /** Who gave the attribute this value. */
  writerOf(name: string, value: string | undefined): Written | undefined {
    return this.written.find((written) => written.name === name && written.value === value)
  }
}

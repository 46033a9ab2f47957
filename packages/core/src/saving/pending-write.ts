import type { CancelTimer, Clock } from '../clock.ts'
import { StoreUnavailableError } from '../records/store-unavailable.ts'
import type { SessionRecord, StoredRecord } from '../records/session-record.ts'
import type { Intent } from './intent.ts'
import type { KnownRecord } from './write-loop.ts'

/** What became of one intent. */
export type WriteResult<R> =
  | { readonly kind: 'written' | 'unchanged'; readonly stored: StoredRecord | undefined; readonly result: R }
  /** The session was ended elsewhere, has expired or is gone; nothing was written. */
  | { readonly kind: 'ended' }

/** What the queue has to know of a waiting write, whatever its result is. */
export interface QueuedWrite {
  /** The record as the caller saw it. */
  readonly start: KnownRecord | undefined
  /** Epoch ms at which the caller is told that nothing is confirmed. */
  readonly deadline: number
  /** Whether the caller has been told something already. */
  readonly isSettled: boolean
  readonly needsFresh: boolean
  /** The record with this intent applied; a failing intent fails alone and leaves the record as it was. */
  apply(record: SessionRecord, writeId: string): SessionRecord
  /** The attempt `writeId` holds true. */
  succeed(kind: 'written' | 'unchanged', writeId: string, stored: StoredRecord | undefined): void
  end(): void
  fail(error: unknown): void
}

interface Settle<R> {
  readonly resolve: (result: WriteResult<R>) => void
  readonly reject: (error: unknown) => void
}

/** One caller's intent while it waits for its turn and its outcome. It never waits beyond its deadline. */
export class PendingWrite<R> implements QueuedWrite {
  readonly start: KnownRecord | undefined
  readonly deadline: number
  readonly outcome: Promise<WriteResult<R>>
  readonly #intent: Intent<R>
  readonly #clock: Clock
  readonly #cancelTimer: CancelTimer
  /** The result of each attempt, since only the attempt that was stored tells the truth. */
  readonly #results = new Map<string, { readonly value: R }>()
  #settle: Settle<R> | undefined

  constructor(intent: Intent<R>, start: KnownRecord | undefined, deadline: number, clock: Clock) {
    this.#intent = intent
    this.start = start
    this.#clock = clock
    this.deadline = deadline
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#cancelTimer = clock.after(Math.max(0, deadline - clock.now()), () => this.fail(lateError()))
  }

  get isSettled(): boolean {
    return this.#settle === undefined
  }

  get needsFresh(): boolean {
    return this.#intent.needsFresh
  }

  apply(record: SessionRecord, writeId: string): SessionRecord {
    if (this.isSettled) return record
    try {
      const applied = this.#intent.apply(record, this.#clock.now())
      this.#results.set(writeId, { value: applied.result })
      return applied.record
    } catch (error) {
      this.fail(error)
      return record
    }
  }

  succeed(kind: 'written' | 'unchanged', writeId: string, stored: StoredRecord | undefined): void {
    const result = this.#results.get(writeId)
    if (result) this.#finish()?.resolve({ kind, stored, result: result.value })
  }

  end(): void {
    this.#finish()?.resolve({ kind: 'ended' })
  }

  fail(error: unknown): void {
    this.#finish()?.reject(error)
  }

  #finish(): Settle<R> | undefined {
    const settle = this.#settle
    this.#settle = undefined
    this.#cancelTimer()
    return settle
  }
}

function lateError(): StoreUnavailableError {
  return new StoreUnavailableError(
    'The session store did not confirm a save in time (option `operationTimeout`). It may or may not be stored.',
    { unsent: false },
  )
}

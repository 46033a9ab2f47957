import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { pause, within } from '../clock.ts'
import type { RecordCodec } from '../records/record-codec.ts'
import type { EntryLife, RecordStore } from '../records/record-store.ts'
import { StoreUnavailableError, isUnsent } from '../records/store-unavailable.ts'
import type { EndedMarker, SessionRecord, StoredEntry, StoredRecord } from '../records/session-record.ts'
import { WRITES_KEPT, isEnded } from '../records/session-record.ts'
import { SessionError } from '../session-error.ts'

/** What a write starts from: a record that is not stored yet has no token. */
export interface KnownRecord {
  readonly record: SessionRecord
  readonly token: string | undefined
}

/** One attempt: the entry to write in the place of the one it was given, and how long it shall live. */
export interface NextEntry {
  readonly entry: StoredEntry
  readonly life: EntryLife
}

export interface WriteRequest {
  readonly key: string
  /** What the caller last saw; without it the store is asked first. */
  readonly start: KnownRecord | undefined
  /**
   * Makes the entry that follows `record`, carrying `writeId`; `undefined` when there is nothing to write. Called
   * once per attempt. What it throws ends the write.
   */
  readonly next: (record: SessionRecord, writeId: string) => NextEntry | undefined
  /** Whether "nothing to write" has to hold for what is stored now, and not only for what the caller saw. */
  readonly confirmUnchanged: () => boolean
  /** Whether a record that has expired is written too, and not taken for ended. For who ends it. */
  readonly evenExpired?: boolean
  /** Epoch ms at which the caller stops waiting. May grow while the write runs. */
  readonly deadline: () => number
}

export type WriteOutcome =
  /** The attempt `writeId` is in the store. `stored` is the live record that holds it, if it still is live. */
  | { readonly kind: 'written'; readonly writeId: string; readonly stored: StoredRecord | undefined }
  /** There was nothing to write. `isRead`: `stored` was read for that, and is not just what the caller knew. */
  | { readonly kind: 'unchanged'; readonly stored: StoredRecord | undefined; readonly isRead: boolean }
  /** Somebody else ended the session, or it expired or is gone. Nothing was written. */
  | { readonly kind: 'ended'; readonly marker: EndedMarker | undefined }

export interface WriteLoopOptions {
  readonly store: RecordStore
  readonly codec: RecordCodec
  readonly clock: Clock
  /** Ms that one load or one save may take in all. One call of a save gets half of it, so that it can be checked. */
  readonly operationTimeout: number
}

/** An attempt whose call was rejected or timed out: it may have been applied, or may still be. */
interface OpenAttempt {
  readonly writeId: string
  /** Version of the record it was to replace. */
  readonly version: number
  readonly life: EntryLife
  readonly error: unknown
}

type Found = KnownRecord | { readonly marker: EndedMarker; readonly token: string } | undefined

/**
 * Writes one entry by compare-and-set, again and again until it is known what became of it. Every attempt has an id of
 * its own that travels in the entry, so a lost reply is settled by reading: an applied attempt is never made twice, and
 * one that lost to another writer is made anew on top of what that writer stored.
 */
export class WriteLoop {
  readonly #store: RecordStore
  readonly #codec: RecordCodec
  readonly #clock: Clock
  readonly #operationTimeout: number

  constructor(options: WriteLoopOptions) {
    this.#store = options.store
    this.#codec = options.codec
    this.#clock = options.clock
    this.#operationTimeout = options.operationTimeout
  }

  /** Rejects with `STORE_UNAVAILABLE` or `OUTCOME_UNKNOWN`: the caller cannot know whether the write is stored. */
  async run(request: WriteRequest): Promise<WriteOutcome> {
    const known = request.evenExpired === true ? request.start : this.#usable(request.start)
    let found: Found = known ?? (await this.#read(request, [], request.start))
    let fresh = known === undefined
    const open: OpenAttempt[] = []
    for (let round = 0; ; round++) {
      if (!isLive(found)) return endedAs(found)
      if (request.evenExpired !== true && this.#isExpired(found)) {
        // An attempt that is still on its way would bring the session back, and this change with it.
        if (open.length > 0) throw this.#late(open.at(-1)?.error)
        return endedAs(found)
      }
      const writeId = newWriteId()
      const next = request.next(found.record, writeId)
      if (next) {
        const stored = await this.#attempt(request, found, next, writeId, open)
        if (stored) return { kind: 'written', writeId, stored: stored.live }
      } else if (fresh || found.token === undefined || !request.confirmUnchanged()) {
        return { kind: 'unchanged', stored: asStored(found), isRead: fresh }
      }
      if (next) await this.#backOff(request, round, open.at(-1)?.error)
      const before: KnownRecord = found
      found = await this.#read(request, open, before)
      fresh = true
      const own = ownAttempt(found, open)
      if (own && found) return this.#completed(request, own, found)
    }
  }

  /** `start`, unless it has expired as the caller saw it: others may have used the session since. */
  #usable(start: KnownRecord | undefined): KnownRecord | undefined {
    return start && this.#isExpired(start) ? undefined : start
  }

  #isExpired({ record }: KnownRecord): boolean {
    return record.expiresAt <= this.#clock.now()
  }

  /** The entry, when it is known to be stored; `undefined` when it is not, or not yet. */
  async #attempt(
    request: WriteRequest,
    found: KnownRecord,
    { entry, life }: NextEntry,
    writeId: string,
    open: OpenAttempt[],
  ): Promise<{ readonly live: StoredRecord | undefined } | undefined> {
    const { key } = request
    const text = this.#codec.stringify(key, entry, asStored(found))
    const call = (): Promise<boolean> =>
      found.token === undefined
        ? this.#store.create(key, text, life)
        : this.#store.replace(key, found.token, text, life)
    try {
      const applied = await this.#limited(request, call, this.#operationTimeout / 2)
      if (!applied) return undefined
      return { live: isEnded(entry) ? undefined : { record: entry, token: text } }
    } catch (error) {
      if (!isUnsent(error)) open.push({ writeId, version: found.record.version, life, error })
      else if (open.length === 0) throw error
      return undefined
    }
  }

  /** What is stored now. Tries until the deadline, since a write that may be in has to be found. */
  async #read(request: WriteRequest, open: readonly OpenAttempt[] = [], before?: KnownRecord): Promise<Found> {
    for (let round = 0; ; round++) {
      try {
        const text = await this.#limited(request, () => this.#store.load(request.key), this.#operationTimeout)
        return this.#found(request.key, text, before)
      } catch (error) {
        if (error instanceof SessionError && error.code === 'RECORD_UNREADABLE') throw error
        if (isUnsent(error) && open.length === 0) throw error
        await this.#backOff(request, round, error)
      }
    }
  }

  #found(key: string, text: string | undefined, before: KnownRecord | undefined): Found {
    if (text === undefined) {
      // Only a record that never was in the store is created: nothing else brings an entry into being.
      return before?.token === undefined ? before : undefined
    }
    const entry = this.#codec.parse(key, text)
    return isEnded(entry) ? { marker: entry, token: text } : { record: entry, token: text }
  }

  /**
   * An attempt that was given up for lost is in the store. What is left to do is to make sure of its life, unless another
   * write followed, which gave the entry its own.
   */
  async #completed(request: WriteRequest, own: OpenAttempt, found: NonNullable<Found>): Promise<WriteOutcome> {
    const { token } = found
    const entry: StoredEntry = isLive(found) ? found.record : found.marker
    if (token !== undefined && entry.writes[0] === own.writeId) {
      const confirm = (): Promise<boolean> => this.#store.replace(request.key, token, token, own.life)
      if (isLive(found)) await this.#tried(request, confirm)
      else await this.#confirmed(request, confirm)
    }
    return { kind: 'written', writeId: own.writeId, stored: isLive(found) ? asStored(found) : undefined }
  }

  /** Waits for `confirm`, lest it shortens the life of what is written next, but not until it is too late to say so. */
  async #tried(request: WriteRequest, confirm: () => Promise<boolean>): Promise<void> {
    const left = request.deadline() - this.#clock.now()
    await this.#limited(request, confirm, left / 2).catch(() => {})
  }

  async #confirmed(request: WriteRequest, confirm: () => Promise<boolean>): Promise<void> {
    for (let round = 0; ; round++) {
      try {
        await this.#limited(request, confirm, this.#operationTimeout / 2)
        return
      } catch (error) {
        await this.#backOff(request, round, error)
      }
    }
  }

  #limited<T>(request: WriteRequest, call: () => Promise<T>, limit: number): Promise<T> {
    const left = request.deadline() - this.#clock.now()
    if (left <= 0) return Promise.reject(this.#late())
    return within(this.#clock, Math.min(limit, left), call(), () => this.#late())
  }

  /** A short random wait, longer from round to round; longer yet after a failure than after a lost race. */
  async #backOff(request: WriteRequest, round: number, failure?: unknown): Promise<void> {
    const longest = failure === undefined ? Math.min(50, 2 ** round) : Math.min(400, 40 * 2 ** round)
    const wait = Math.random() * longest
    if (this.#clock.now() + wait >= request.deadline()) throw this.#late(failure)
    await pause(this.#clock, wait)
  }

  #late(cause?: unknown): StoreUnavailableError {
    return new StoreUnavailableError(
      `The session store did not confirm a write within ${this.#operationTimeout} ms (option \`operationTimeout\`). ` +
        'It may or may not be stored.',
      { unsent: false, cause },
    )
  }
}

/** Tells this process's writes from all others; made once, since randomness for each would cost more than the id is worth. */
const WRITER: string = randomBytes(8).toString('base64url')
let writeCount = 0

/** An id that no other attempt has, in this process or another. */
function newWriteId(): string {
  writeCount += 1
  return `${WRITER}${writeCount.toString(36)}`
}

function isLive(found: Found): found is KnownRecord {
  return found !== undefined && 'record' in found
}

function asStored({ record, token }: KnownRecord): StoredRecord | undefined {
  return token === undefined ? undefined : { record, token }
}

function endedAs(found: Found): WriteOutcome {
  return { kind: 'ended', marker: found && !isLive(found) ? found.marker : undefined }
}

/**
 * Which of the open attempts is in the store. Attempts that can no longer be applied are taken off the list: the record
 * that they were to replace has gone. Throws `OUTCOME_UNKNOWN` when so many writes followed that nobody can tell.
 */
function ownAttempt(found: Found, open: OpenAttempt[]): OpenAttempt | undefined {
  if (open.length === 0 || found === undefined) return undefined
  const entry: StoredEntry = isLive(found) ? found.record : found.marker
  const own = open.find((attempt) => entry.writes.includes(attempt.writeId))
  if (own) return own
  if (open.some((attempt) => entry.version - attempt.version > WRITES_KEPT)) throw outcomeUnknown()
  const possible = open.filter((attempt) => entry.version <= attempt.version)
  open.splice(0, open.length, ...possible)
  return undefined
}

function outcomeUnknown(): SessionError {
  return new SessionError(
    'OUTCOME_UNKNOWN',
    'The reply to a write of this session was lost, and so many other writes followed that nobody can tell whether it ' +
      'is stored. Load the session and look before you repeat the change.',
  )
}

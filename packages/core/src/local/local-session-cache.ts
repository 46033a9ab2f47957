import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { StoredRecord } from '../records/session-record.ts'
import type { WriteListener } from '../records/record-store.ts'
import type { WriteOutcome } from '../saving/write-loop.ts'
import { EventTrail } from './event-trail.ts'
import { TransientAttributes } from './transient-attributes.ts'
import type { UnsavedChanges } from './unsaved-changes.ts'
import { sizeOfChanges } from './unsaved-changes.ts'

export interface LocalSessionCacheOptions {
  readonly clock: Clock
  /** Name of this worker. */
  readonly workerName: string
  /** Seconds for which a copy may be served without asking the store. 0: never. */
  readonly stalePeriod: number
  /** How many copies, and how many sessions with unsaved changes. */
  readonly maxLocalSessions: number
  /** Bytes that copies take, roughly, and that sessions with unsaved changes take. */
  readonly maxLocalBytes: number
  /** Names of attributes that are kept here and never stored. */
  readonly transientAttributes?: readonly string[] | undefined
}

/** A question to the store, as it was when it was sent. */
export interface Asked {
  /** Epoch ms. */
  readonly at: number
  /** What had been heard by then. */
  readonly mark: number
}

interface Copy {
  readonly stored: StoredRecord
  readonly asked: Asked
  /** Whether it may be old, whatever its age: an event named it, or a write of ours has an unknown outcome. */
  isDoubtful: boolean
  /** Whether another worker has changed the session since. */
  isSurpassed: boolean
}

interface Pinned {
  readonly unsaved: UnsavedChanges
  readonly bytes: number
}

/** Of a copy beside its text: the record, the map of its attributes, the entry here. Measured (docs/reference/local-copies.md). */
const COPY_OVERHEAD = 900

/**
 * Copies of sessions that this worker may serve without asking the store. Nothing is right because of them: a write is
 * compare-and-set, and one that starts from an old copy is merged. What makes a copy fresh is in `fresh`; what is heard of
 * other workers' writes only ever makes copies stale.
 *
 * Beside them it holds the sessions with unsaved changes, which are pinned until somebody has stored them.
 */
export class LocalSessionCache implements WriteListener {
  /** Attributes that are not stored, where there are such. */
  readonly transients: TransientAttributes | undefined
  readonly #options: LocalSessionCacheOptions
  readonly #copies: LRUCache<string, Copy>
  /** Sessions that ended as this worker knows, as many as there may be copies. */
  readonly #gone: LRUCache<string, true>
  readonly #pinned = new Map<string, Pinned>()
  #pinnedBytes = 0
  readonly #trail = new EventTrail()
  #hears = false
  /** The trail's mark when the store was last heard to be away, or to have kept something from us. */
  #silenceUntil = 0

  constructor(options: LocalSessionCacheOptions) {
    const { transientAttributes, maxLocalSessions } = options
    this.#options = options
    if (transientAttributes) this.transients = new TransientAttributes(transientAttributes, maxLocalSessions)
    this.#copies = new LRUCache<string, Copy>({
      max: options.maxLocalSessions,
      maxSize: options.maxLocalBytes,
      sizeCalculation: ({ stored: { token } }) => bytesOf(token),
    })
    this.#gone = new LRUCache({ max: options.maxLocalSessions })
  }

  /** To be noted before the store is asked, and given with its answer. */
  ask(): Asked {
    return { at: this.#options.clock.now(), mark: this.#trail.mark }
  }

  /**
   * The session, if this worker knows that it is as it would be found in the store: this worker wrote it last, nobody was
   * heard to have written it since the store was asked for it, that is not longer ago than `stalePeriod`, and we would
   * have heard. Whether the cookie names this worker is for the caller to know.
   */
  fresh(key: string): StoredRecord | undefined {
    if (!this.#hears) return undefined
    const copy = this.#copies.get(key)
    if (!copy || copy.isDoubtful || copy.asked.mark < this.#silenceUntil) return undefined
    const { clock, stalePeriod, workerName } = this.#options
    const { record } = copy.stored
    const now = clock.now()
    const age = now - copy.asked.at
    // A clock that was set back tells nothing.
    const isYoung = age >= 0 && age < stalePeriod * 1000
    return isYoung && record.worker === workerName && record.expiresAt > now ? copy.stored : undefined
  }

  /** The session as this worker saw it last, however long ago. */
  latest(key: string): StoredRecord | undefined {
    return this.#copies.get(key)?.stored
  }

  /** As `latest`, unless the session is surpassed. */
  unsurpassed(key: string): StoredRecord | undefined {
    const copy = this.#copies.get(key)
    return copy?.isSurpassed === false ? copy.stored : undefined
  }

  /** Whether another worker is known to have changed the session since it was seen here. */
  isSurpassed(key: string): boolean {
    return this.#copies.peek(key)?.isSurpassed === true
  }

  /** The sessions that this worker wrote last, as far as it knows. */
  *ownCopies(): Iterable<readonly [key: string, stored: StoredRecord]> {
    for (const [key, { stored, isSurpassed }] of this.#copies.entries()) {
      if (!isSurpassed && stored.record.worker === this.#options.workerName) yield [key, stored]
    }
  }

  /** The store holds this, or held it at some time since it was asked. */
  keep(key: string, stored: StoredRecord, asked: Asked): void {
    const known = this.#copies.peek(key)
    if (known && this.#isNewer(known, stored, asked)) return
    if (this.#trail.isQuietSince(asked.mark, key)) {
      this.#copies.set(key, { stored, asked, isDoubtful: false, isSurpassed: false })
      this.#gone.delete(key)
    }
    // It may have left before the write that we heard of: never fresh, and yet the last that this worker saw.
    else if (known) this.#copies.set(key, { stored, asked, isDoubtful: true, isSurpassed: known.isSurpassed })
  }

  /** A write that began when `asked` was noted came to this. */
  noteOutcome(key: string, outcome: WriteOutcome, asked: Asked): void {
    if (outcome.kind === 'unchanged' && !outcome.isRead) return
    if (outcome.kind !== 'ended' && outcome.stored) this.keep(key, outcome.stored, asked)
    else if (outcome.kind !== 'unchanged') this.forget(key)
  }

  /** The copy may be old: the store is asked next time. So is what has been asked already and not been answered. */
  doubt(key: string): void {
    this.#trail.note(key)
    const copy = this.#copies.peek(key)
    if (copy) copy.isDoubtful = true
  }

  /** The session has ended, or is gone. */
  forget(key: string): void {
    this.#trail.note(key)
    this.#copies.delete(key)
    this.#gone.set(key, true)
    this.transients?.forget(key)
  }

  /** Whether the session has ended, or is gone, as far as this worker knows: a request that began before may not know it. */
  isGone(key: string): boolean {
    return this.#gone.has(key)
  }

  /** An event named the session: somebody else has changed it, or ended it. */
  changed(key: string): void {
    this.doubt(key)
    const copy = this.#copies.peek(key)
    if (copy) copy.isSurpassed = true
  }

  /** The store can be used, and events arrive. */
  connected(): void {
    this.#hears = true
  }

  /** The store is away: whatever was written meanwhile will not be told. */
  disconnected(): void {
    this.#hears = false
    this.missed()
  }

  /** Events may have been lost. */
  missed(): void {
    this.#trail.noteAll()
    this.#silenceUntil = this.#trail.mark
  }

  /**
   * Holds what is not stored yet, in place of what was held of this session before. `false`: there is no room for it, so
   * that it has to be written at once.
   */
  pin(key: string, unsaved: UnsavedChanges): boolean {
    const { maxLocalBytes, maxLocalSessions } = this.#options
    const bytes = bytesOf(unsaved.start.token ?? '') + 2 * sizeOfChanges(unsaved)
    const before = this.#pinned.get(key)
    const total = this.#pinnedBytes - (before?.bytes ?? 0) + bytes
    if (total > maxLocalBytes || (!before && this.#pinned.size >= maxLocalSessions)) return false
    this.#pinned.set(key, { unsaved, bytes })
    this.#pinnedBytes = total
    return true
  }

  unsaved(key: string): UnsavedChanges | undefined {
    return this.#pinned.get(key)?.unsaved
  }

  /** Whether there is anything in `unsaved`; costs nothing. */
  get hasUnsaved(): boolean {
    return this.#pinned.size > 0
  }

  /** The sessions with unsaved changes, the one first that has waited longest. */
  allUnsaved(): readonly (readonly [key: string, unsaved: UnsavedChanges])[] {
    return Array.from(this.#pinned, ([key, { unsaved }]) => [key, unsaved] as const)
  }

  /** `unsaved` is stored, or given up. `false`: something else was pinned meanwhile, and stays. */
  unpin(key: string, unsaved: UnsavedChanges): boolean {
    const pinned = this.#pinned.get(key)
    if (pinned?.unsaved !== unsaved) return false
    this.#pinned.delete(key)
    this.#pinnedBytes -= pinned.bytes
    return true
  }

  /**
   * Whether `known` is what the store held later than `stored`. Versions of one key only grow, but in a new cluster they
   * begin again.
   */
  #isNewer(known: Copy, stored: StoredRecord, asked: Asked): boolean {
    const ofSameTime = known.asked.mark >= this.#silenceUntil || asked.mark < this.#silenceUntil
    if (!ofSameTime) return false
    const { version } = known.stored.record
    if (version !== stored.record.version) return version > stored.record.version
    // Heard of since: an answer of the same version that left before that does not make it good again.
    return known.asked.at > asked.at
  }
}

/** What a copy takes: its text, and the texts of its attributes, at a byte for most characters. */
function bytesOf(token: string): number {
  return 2 * token.length + COPY_OVERHEAD
}

import type { Clock } from '../clock.ts'
import { pause } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { isUnsent } from '../records/store-unavailable.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { EndReason, SessionRecord, StoredRecord } from '../records/session-record.ts'
import type { DeferredSaves } from '../saving/deferred-saves.ts'
import type { Intent } from '../saving/intent.ts'
import type { SaveQueue } from '../saving/save-queue.ts'
import type { SessionEnder } from '../saving/session-ender.ts'
import { SessionError } from '../session-error.ts'
import type { SessionLifetime } from '../session-lifetime.ts'
import type { SessionNews } from '../session-news.ts'
import type { LocalSessionCache } from './local-session-cache.ts'
import type { UnsavedChanges } from './unsaved-changes.ts'
import { shownRecord } from './unsaved-changes.ts'

export interface LocalServiceOptions {
  readonly copies: LocalSessionCache
  readonly store: RecordStore
  readonly queue: SaveQueue
  readonly ender: SessionEnder
  readonly clock: Clock
  readonly logger: Logger
  readonly lifetime: SessionLifetime
  /** Seconds without the cluster for which sessions go on. */
  readonly localServiceLimit: number
  /** How many log-outs are remembered, and how many sessions are in use. */
  readonly maxLocalSessions: number
  /** What this worker holds of sessions: to be written, or given up, which is told of. */
  readonly deferred: Pick<DeferredSaves, 'flush' | 'drop'>
  /** Told of a session that a new cluster did not know and has again. */
  readonly news: Pick<SessionNews, 'restored'>
}

/** A session that was ended here while the cluster was away. */
export interface NotedEnding {
  readonly ended: EndReason
  /** Epoch ms. */
  readonly endedAt: number
}

/** The token of a session that began without the cluster: nothing stored has it, so every write looks first. */
export const NEVER_STORED = ''

/** Sessions at a time, on return. */
const WIDTH = 32
const RETRY = 2000

/**
 * Service without the cluster, where the option `onStoreError` is `'local'`: sessions of which this worker has a copy go
 * on here for some time. What they change is held, and merged when the cluster is back; what is ended is refused here at
 * once, and marked then. A session that is gone then is created again if the cluster is another one, which has lost
 * everything; otherwise somebody has ended it.
 */
export class LocalService {
  readonly #options: LocalServiceOptions
  readonly #endings = new Map<string, NotedEnding>()
  /** Epoch ms of the last request of a session meanwhile. */
  readonly #usedAt = new Map<string, number>()
  /** What a cluster knew that is gone, as far as this worker wrote it last. */
  readonly #lost = new Map<string, StoredRecord>()
  /** Sessions that a cluster knew better that is gone: others have changed them, and have them to restore. */
  #foreign: ReadonlySet<string> = new Set()
  /** How many calls are under way to end a session: what these do not find is not to be restored behind them. */
  readonly #leaving = new Map<string, number>()
  /** Epoch ms since which the cluster has been away. */
  #since: number | undefined
  #clusterId: string | undefined
  /** Whether the cluster that there is now is another one than that which sessions came from. */
  #isNewCluster = false
  #restored = 0
  #isClosed = false

  constructor(options: LocalServiceOptions) {
    this.#options = options
  }

  /** Whether sessions go on without the cluster just now. */
  get isServing(): boolean {
    const { clock, localServiceLimit } = this.#options
    return this.#since !== undefined && clock.now() - this.#since < localServiceLimit * 1000
  }

  /** Whether there is anything to know about any session; costs nothing. */
  get isBusy(): boolean {
    return this.#since !== undefined || this.#endings.size > 0 || this.#lost.size > 0
  }

  /** The session as it goes on here, or that it was ended here. `undefined`: the store has to be asked. */
  find(key: string): StoredRecord | NotedEnding | undefined {
    const ending = this.#endings.get(key)
    if (ending) return ending
    const { copies, clock } = this.#options
    if (!this.isServing || copies.isSurpassed(key)) return undefined
    const held = copies.unsaved(key)
    const found = held
      ? { record: { ...held.start.record, ...held.settings }, token: held.start.token ?? NEVER_STORED }
      : copies.unsurpassed(key)
    if (!found || this.#isExpired(key, held ? shownRecord(held) : found.record)) return undefined
    if (this.#usedAt.size < this.#options.maxLocalSessions) this.#usedAt.set(key, clock.now())
    return found
  }

  /** Whether a write that failed with `error` can be held here instead: nothing was sent, since the cluster is away. */
  mayHold(error: unknown): boolean {
    return this.isServing && isUnsent(error)
  }

  /**
   * Whether changes to the session can be kept here while the cluster is away. Not to one that was ended here, or is known
   * to have been changed elsewhere, while its request was under way. `isStored`: whether the store ever had it.
   */
  goesOn(key: string, isStored: boolean): boolean {
    const { copies } = this.#options
    if (this.#endings.has(key)) return false
    return !isStored || copies.unsaved(key) !== undefined
      ? !copies.isSurpassed(key)
      : copies.unsurpassed(key) !== undefined
  }

  /** Brings the store what this worker holds of a session, if anything is. */
  async bring(key: string): Promise<void> {
    if (!this.#endings.has(key)) await this.#options.deferred.flush(key)
  }

  /** The outcome of `ending`; one that the store does not confirm while it is away is noted, and told to it on return. */
  async noting(key: string, reason: EndReason, ending: Promise<boolean>): Promise<boolean> {
    this.#leaving.set(key, (this.#leaving.get(key) ?? 0) + 1)
    try {
      const isOurs = await ending
      // Where the cluster is a new one, nothing was found to end, and nothing is to come of what is left here.
      this.#lost.delete(key)
      this.#options.deferred.drop(key)
      return isOurs
    } catch (error) {
      if (error instanceof SessionError && error.code === 'STORE_UNAVAILABLE') this.#noteEnding(key, reason)
      throw error
    } finally {
      const others = (this.#leaving.get(key) ?? 0) - 1
      if (others > 0) this.#leaving.set(key, others)
      else this.#leaving.delete(key)
    }
  }

  #noteEnding(key: string, reason: EndReason): void {
    const { copies, clock, maxLocalSessions } = this.#options
    if (this.#since === undefined || this.#endings.size >= maxLocalSessions) return
    this.#endings.set(key, { ended: reason, endedAt: clock.now() })
    const held = copies.unsaved(key)
    // What is held stays, to be told of at the end; but what was never stored is not to be created for that.
    if (held && held.start.token === undefined) copies.unpin(key, held)
    copies.forget(key)
  }

  /** Whether the session was ended here and the cluster does not know it yet. */
  hasEnded(key: string): boolean {
    return this.#endings.has(key)
  }

  /** The cluster is away. */
  away(): void {
    this.#since ??= this.#options.clock.now()
  }

  /** The cluster is back, or there for the first time: brings it what was changed and ended meanwhile. */
  async back(): Promise<void> {
    const { store, copies } = this.#options
    const { clusterId } = store
    const isOther = this.#clusterId !== undefined && clusterId !== undefined && clusterId !== this.#clusterId
    this.#clusterId = clusterId ?? this.#clusterId
    const wasAway = this.#since !== undefined
    this.#since = undefined
    this.#usedAt.clear()
    if (isOther) {
      this.#isNewCluster = true
      const held = copies.allUnsaved().map(([key]) => key)
      this.#foreign = new Set(held.filter((key) => copies.isSurpassed(key)))
      for (const [key, stored] of copies.ownCopies()) if (!this.#endings.has(key)) this.#lost.set(key, stored)
    }
    if (wasAway) await this.#settle()
  }

  close(): void {
    this.#isClosed = true
    const { size } = this.#endings
    if (size > 0) {
      this.#options.logger.error(
        `${size} log-outs could not be told to the cluster before this worker ended, and are lost.`,
      )
    }
  }

  /**
   * Creates a session again that a new cluster does not know. `'restored'`: it did; `'exists'`: there is one, which
   * another worker has restored; `'no'`: it is to stay gone.
   */
  async restore(key: string, held?: UnsavedChanges): Promise<'restored' | 'exists' | 'no'> {
    const lost = this.#lost.get(key)
    const record = held ? shownRecord(held) : lost?.record
    const isOver = this.#endings.has(key) || this.#leaving.has(key) || this.#foreign.has(key)
    if (!this.#isNewCluster || !record || isOver || this.#isExpired(key, record)) return 'no'
    const { queue, news } = this.#options
    const start = { record: { ...record, version: 0, writes: [] }, token: undefined }
    const result = await queue.write(key, start, restoreIntent)
    this.#lost.delete(key)
    if (result.kind === 'ended') return 'no'
    if (!result.result || !result.stored) return 'exists'
    this.#restored += 1
    news.restored(key, result.stored.record)
    return 'restored'
  }

  #isExpired(key: string, record: SessionRecord): boolean {
    const { clock, lifetime } = this.#options
    const lastAccessedAt = Math.max(record.lastAccessedAt, this.#usedAt.get(key) ?? 0)
    return lifetime.expiresAt({ ...record, lastAccessedAt }) <= clock.now()
  }

  async #settle(): Promise<void> {
    const { copies, logger, clock } = this.#options
    const held = copies.allUnsaved().length
    const { size: endings } = this.#endings
    this.#restored = 0
    while (this.#since === undefined && !this.#isClosed) {
      await eachOf(this.#endings, ([key, { ended }]) => this.#mark(key, ended))
      await eachOf(copies.allUnsaved(), ([key]) => this.bring(key))
      await eachOf(this.#lost.keys(), (key) => this.restore(key))
      if (copies.allUnsaved().length === 0 && this.#endings.size === 0 && this.#lost.size === 0) break
      await pause(clock, RETRY, 'background')
    }
    if (this.#since !== undefined || held + endings + this.#restored === 0) return
    logger.warn(
      `The cluster is back: changes of ${held} sessions were brought to it, ${endings} log-outs were marked, ` +
        `${this.#restored} sessions were restored in a new cluster.`,
    )
  }

  async #mark(key: string, reason: EndReason): Promise<void> {
    const { ender, deferred } = this.#options
    await ender.end(key, undefined, reason)
    // It had ended elsewhere, or is gone with its cluster.
    deferred.drop(key)
    this.#endings.delete(key)
  }
}

/** Does something to each, some at a time; what fails is left for the next time. */
async function eachOf<T>(items: Iterable<T>, task: (item: T) => Promise<unknown>): Promise<void> {
  const left = Array.from(items).values()
  const some = async (): Promise<void> => {
    for (const item of left) await task(item).catch(() => {})
  }
  await Promise.all(Array.from({ length: WIDTH }, some))
}

/** Writes a record that is new as it is, and nothing into one that somebody else has put there. */
const restoreIntent: Intent<boolean> = {
  needsFresh: true,
  apply: (record) => (record.version === 0 ? { record: { ...record }, result: true } : { record, result: false }),
}

import type { SessionAttributes } from './attribute-view.ts'
import type { Clock } from './clock.ts'
import { within } from './clock.ts'
import type { Logger } from './logger.ts'
import type { ResolvedOptions } from './options/session-manager-options.ts'
import type { RecordCodec } from './records/record-codec.ts'
import { HouseKeeper } from './house-keeper.ts'
import { IdChange } from './id-change.ts'
import { LocalService, NEVER_STORED } from './local/local-service.ts'
import type { LocalSessionCache } from './local/local-session-cache.ts'
import type { RecordLoader } from './records/record-loader.ts'
import type { RecordStore } from './records/record-store.ts'
import type { EndReason, SessionRecord, StoredRecord } from './records/session-record.ts'
import { BackgroundTouches } from './saving/background-touches.ts'
import { ConflictPolicy } from './saving/conflict-policy.ts'
import type { Intent } from './saving/intent.ts'
import type { ShownSession } from './saving/deferred-saves.ts'
import { DeferredSaves } from './saving/deferred-saves.ts'
import { changeIntent, touchIntent, updateIntent, useIntent } from './saving/intent.ts'
import { RecordStamp } from './saving/record-stamp.ts'
import { SaveQueue } from './saving/save-queue.ts'
import { SessionEnder } from './saving/session-ender.ts'
import type { KnownRecord } from './saving/write-loop.ts'
import { WriteLoop } from './saving/write-loop.ts'
import type { SavePolicy } from './save-policy.ts'
import { SessionError } from './session-error.ts'
import { SessionNews } from './session-news.ts'
import type { SessionEvents, SessionSummary } from './session-events.ts'
import type { SessionIdPolicy } from './session-id-policy.ts'
import type { SessionLifetime } from './session-lifetime.ts'
import type { IdChangeRequest, PendingChanges, Session, SessionWriter } from './session.ts'
import type { Worker } from './worker.ts'

export interface SessionSaverOptions extends ResolvedOptions {
  readonly store: RecordStore
  readonly loader: RecordLoader
  readonly idPolicy: SessionIdPolicy
  readonly codec: RecordCodec
  readonly clock: Clock
  readonly logger: Logger
  readonly lifetime: SessionLifetime
  readonly worker: Worker
  readonly events: SessionEvents
  readonly savePolicy: SavePolicy
  readonly copies: LocalSessionCache | undefined
}

/** Budgets of one save that the changes get that waited for this worker's end. */
const CLOSING_BUDGETS = 5

/** Carries out what sessions ask for, and tells the world what became of it. */
export class SessionSaver implements SessionWriter {
  readonly #options: SessionSaverOptions
  readonly #queue: SaveQueue
  readonly #ender: SessionEnder
  readonly #policy: ConflictPolicy
  readonly #savePolicy: SavePolicy
  readonly #touches: BackgroundTouches
  readonly #deferred: DeferredSaves
  /** Service without the cluster, where that is asked for. */
  readonly local: LocalService | undefined
  readonly idChange: IdChange
  readonly #houseKeeper: HouseKeeper
  readonly #news: SessionNews
  #isClosed = false

  constructor(options: SessionSaverOptions) {
    const loop = new WriteLoop(options)
    const stamp = new RecordStamp(options)
    this.#options = options
    this.#news = new SessionNews(options)
    this.#queue = new SaveQueue({ ...options, loop, stamp })
    this.#policy = new ConflictPolicy(options.conflict, options.merge, options.serializer)
    this.#savePolicy = options.savePolicy
    this.#touches = new BackgroundTouches(options.clock)
    this.#ender = new SessionEnder({
      ...options,
      queue: this.#queue,
      loop,
      stamp,
      onEnded: (key, last, reason) => this.#ended(key, last, reason),
    })
    this.#deferred = new DeferredSaves({
      ...options,
      queue: this.#queue,
      stamp,
      policy: this.#policy,
      onConflicts: (names) => this.#news.conflicts(names),
      onDropped: (names) => this.#news.dropped(names),
      onCreated: (key, record) => this.#news.created(key, record),
      restore: async (key, held) => this.local?.restore(key, held) ?? 'no',
    })
    if (options.copies && options.onStoreError === 'local')
      this.local = new LocalService({
        ...options,
        copies: options.copies,
        queue: this.#queue,
        ender: this.#ender,
        news: this.#news,
        deferred: this.#deferred,
      })
    this.#houseKeeper = new HouseKeeper({ ...options, ender: this.#ender })
    this.idChange = new IdChange({ ...options, queue: this.#queue, ender: this.#ender })
  }

  async save(session: Session, pending: PendingChanges = session.pending()): Promise<void> {
    this.#assertOpen()
    const deadline = this.#deadline()
    await session.inTurn((hasWaited) =>
      this.#behindDeferred(session, () => this.#save(session, hasWaited ? session.pending() : pending, deadline)),
    )
  }

  async update<R>(session: Session, change: (data: SessionAttributes) => R): Promise<R> {
    this.#assertOpen()
    const deadline = this.#deadline()
    return session.inTurn(() => this.#behindDeferred(session, () => this.#update(session, change, deadline)))
  }

  /** Saves what was assigned so far. That the session has ended is left for the end of the request to find out. */
  async saveAssigned(session: Session): Promise<void> {
    this.#assertOpen()
    const pending = session.pending()
    if (!pending.isEmpty) await this.#write(session, pending, this.#deadline())
  }

  /** What the end of a request writes by itself, and what its answer waits for. */
  async commit(session: Session, pending: PendingChanges = session.pending()): Promise<void> {
    this.#assertOpen()
    const { isNew, isBeingSaved } = session
    if (pending.isEmpty && !isNew && !isBeingSaved) {
      return this.#savePolicy.savesUnchanged ? this.#use(session) : this.#touchIfDue(session, this.#deadline())
    }
    const mayWait = this.#savePolicy.delay !== undefined && !isNew && !isBeingSaved && !session.isUnsure
    if (mayWait && this.#defer(session, pending)) await this.#touchIfDue(session, this.#deadline())
    else await this.save(session, pending)
  }

  /** Whether these changes can be written later than their answer. Settings say how long the session lives, and cannot. */
  #defer(session: Session, { changes, settings }: PendingChanges): boolean {
    if (Object.keys(settings).length > 0 || !this.#goesOn(session)) return false
    if (!this.#deferred.defer(session.id, session.known, changes)) return false
    session.deferred(changes)
    return true
  }

  /** Runs `task` when that is written which earlier requests left to be written later: it goes along, below this. */
  #behindDeferred<R>(session: Session, task: () => Promise<R>): Promise<R> {
    if (!this.#deferred.holds(session.id) || this.local?.isServing === true) return task()
    return this.#deferred.flush(session.id).then(() => {
      const latest = this.#options.copies?.latest(session.id)
      if (latest) session.touched(latest)
      return task()
    })
  }

  /** What is stored of a session, and what a request of this worker is to see of it. */
  shown(key: string, stored: KnownRecord): ShownSession {
    return this.#deferred.shown(key, stored)
  }

  /** Whether this worker holds changes of this session that are not written yet. */
  holdsUnsaved(key: string): boolean {
    return this.#deferred.holds(key)
  }

  /**
   * A request found that the session has ended, or is gone. What this worker holds of it is given up by its write, which
   * waits for an end of our own that may be under way: who is told of that is told what was held.
   */
  giveUpUnsaved(key: string): void {
    this.#deferred.flush(key).catch(() => {})
  }

  /** This worker is about to end: what it holds is written now, and nothing more is held. */
  drain(): void {
    this.#deferred.stop()
  }

  async #save(session: Session, pending: PendingChanges, deadline: number): Promise<void> {
    if (!session.isNew && pending.isEmpty) return this.#touchIfDue(session, deadline)
    const isWritten = await this.#write(session, pending, deadline)
    if (!isWritten) throw this.#news.lateWrite(pending.changes)
  }

  /** `false`: the session has ended, and nothing was written. */
  #write(session: Session, pending: PendingChanges, deadline: number): Promise<boolean> {
    return this.#writeStored(session, pending, deadline).catch((error: unknown) => {
      if (this.local?.mayHold(error) === true && this.#hold(session, pending)) return true
      throw error
    })
  }

  /** Whether the session is not over here, as far as that has to be known without asking. */
  #goesOn({ id, known }: Session): boolean {
    return this.local?.isServing !== true || this.local.goesOn(id, known.token !== undefined)
  }

  /** Keeps changes here that the store cannot be told. `false`: there is no room. */
  #hold(session: Session, { changes, settings }: PendingChanges): boolean {
    const { record, token } = session.known
    if (!this.#goesOn(session) || !this.#deferred.defer(session.id, session.known, changes, settings)) return false
    session.saved(changes, settings, { record: { ...record, ...settings }, token: token ?? NEVER_STORED })
    return true
  }

  async #writeStored(session: Session, { changes, settings }: PendingChanges, deadline: number): Promise<boolean> {
    const intent = changeIntent(changes, settings, this.#policy)
    const result = await this.#queue.write(session.id, session.known, intent, deadline)
    if (result.kind === 'ended') return false
    // Asked only now: of two saves at the same time the first to be confirmed is the one that created it.
    const wasNew = session.isNew
    session.saved(changes, settings, result.stored)
    this.#news.conflicts(result.result)
    if (wasNew && result.stored) this.#news.created(session.id, result.stored.record)
    return true
  }

  async #update<R>(session: Session, change: (data: SessionAttributes) => R, deadline: number): Promise<R> {
    const { changes, settings } = session.pending()
    const intent = updateIntent(change, changes, settings, (attributes) => session.viewOf(attributes))
    const result = await this.#queue.write(session.id, session.known, intent, deadline)
    if (result.kind === 'ended') throw this.#news.lateWrite(changes)
    const wasNew = session.isNew
    session.renewed(changes, settings, result.stored)
    if (wasNew && result.stored) this.#news.created(session.id, result.stored.record)
    return result.result
  }

  async touch(session: Session): Promise<void> {
    this.#assertOpen()
    return this.#touchIfDue(session, this.#deadline())
  }

  /** `deadline`: epoch ms until which a caller waits for a touch that is urgent. */
  async #touchIfDue(session: Session, deadline: number): Promise<void> {
    const { clock, lifetime } = this.#options
    const { record } = session.known
    if (session.isNew || session.isOver || !lifetime.isTouchDue(record, clock.now())) return
    const usedAt = clock.now()
    const mustWait = lifetime.isTouchUrgent(record, clock.now()) && this.local?.isServing !== true
    if (mustWait) await this.#touch(session, usedAt, deadline)
    else this.#touches.start(session.id, session.expiresAt, () => this.#touch(session, usedAt))
  }

  async changeId(session: Session, change: IdChangeRequest): Promise<void> {
    this.#assertOpen()
    return session.inTurn(() => this.#behindDeferred(session, () => this.#changeId(session, change)))
  }

  async #changeId(session: Session, { principal, newId }: IdChangeRequest): Promise<void> {
    const { clock, idPolicy } = this.#options
    const previousId = session.id
    const wasNew = session.isNew
    const signedIn = principal === undefined ? {} : { principal, authenticatedAt: clock.now() }
    await this.idChange.begin(session, newId ?? idPolicy.generate(), signedIn)
    // Nobody has heard of the id that a new session had.
    if (wasNew) this.#news.created(session.id, session.known.record)
    else this.#news.idChanged(session.id, session.known.record, previousId)
  }

  /** Brings over what came to the session's old id, if it was changed and this is the first request that shows the new. */
  async completeIdChange(session: Session): Promise<void> {
    const { previous } = session.known.record
    if (previous) await this.#deferred.flush(previous.key)
    await this.idChange.complete(session)
  }

  async end(session: Session, reason: EndReason): Promise<boolean> {
    this.#assertOpen()
    const { record, token } = session.known
    // It has to be stored before it can be ended, or it would be stored afterwards.
    const storing = token === NEVER_STORED ? this.#deferred.flush(session.id) : undefined
    return this.#end(session.id, reason, token ? { record, token } : undefined, storing)
  }

  async #end(key: string, reason: EndReason, start?: StoredRecord, storing?: Promise<void>): Promise<boolean> {
    const end = (): Promise<boolean> => this.#ender.end(key, start, reason)
    const ending = storing ? storing.then(end) : end()
    return this.local ? this.local.noting(key, reason, ending) : ending
  }

  async endById(id: string, reason: EndReason): Promise<boolean> {
    this.#assertOpen()
    try {
      return await this.#end(id, reason)
    } catch (error) {
      const isNone = error instanceof SessionError && error.code === 'RECORD_UNREADABLE'
      // What cannot be read is no session, to end as little as to load.
      if (isNone && this.#options.onUnreadable !== 'fail') return false
      throw error
    }
  }

  /** Sweeps from now on: somebody listens, or entries may stay for ever. Idempotent. */
  startSweeping(): void {
    this.#houseKeeper.start()
  }

  /** Ends the expired sessions now, if no other worker does. How many it ended. */
  sweep(): Promise<number> {
    return this.#houseKeeper.sweep()
  }

  /** Lets the writes under way finish, and starts no others. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#touches.close()
    this.#houseKeeper.close()
    const { clock, operationTimeout, logger } = this.#options
    const unwritten = await this.#deferred.close(operationTimeout * CLOSING_BUDGETS)
    if (unwritten > 0) {
      logger.error(
        `Changes of ${unwritten} sessions could not be written before this worker ended, and are lost (option \`savePeriod\`).`,
      )
    }
    const late = (): Error => new Error('late')
    await within(clock, operationTimeout, this.#queue.idle(), late).catch(() =>
      logger.warn(`Some session writes were not confirmed within ${operationTimeout} ms of closing.`),
    )
    this.#ender.close()
    this.local?.close()
  }

  /** Writes that the session is used, whether that is due or not. */
  #use(session: Session): Promise<void> {
    const { clock } = this.#options
    return this.#touched(session, useIntent(clock.now()), this.#deadline())
  }

  #touch(session: Session, usedAt: number, deadline?: number): Promise<void> {
    const intent = touchIntent(this.#options.lifetime, usedAt)
    return this.#touched(session, intent, deadline)
  }

  async #touched(session: Session, intent: Intent<undefined>, deadline: number | undefined): Promise<void> {
    const result = await this.#queue.write(session.id, session.known, intent, deadline)
    if (result.kind === 'ended') session.over()
    else session.touched(result.stored)
  }

  /** The session as an event tells of it. */
  summary(session: Session): SessionSummary {
    return this.#news.summary(session.id, session.known.record)
  }

  /** Whether a touch would make its request wait. */
  isTouchUrgent(session: Session): boolean {
    const { clock, lifetime } = this.#options
    return !session.isNew && lifetime.isTouchUrgent(session.known.record, clock.now())
  }

  /** Epoch ms at which a write that is asked for now has to be confirmed. */
  #deadline(): number {
    return this.#options.clock.now() + this.#options.operationTimeout
  }

  #ended(key: string, stored: SessionRecord, reason: EndReason): void {
    // What came to an id after it was changed is nobody's any more.
    if (reason === 'renamed') this.#deferred.drop(key)
    const last = this.#deferred.ended(key, stored)
    this.#news.ended(key, last, reason)
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new SessionError('MANAGER_CLOSED', 'This session manager was closed.')
  }
}

import { AttributeView } from './attribute-view.ts'
import type { SessionAttributes } from './attribute-view.ts'
import type { Clock } from './clock.ts'
import { within } from './clock.ts'
import type { Logger } from './logger.ts'
import type { ResolvedOptions } from './options/session-manager-options.ts'
import type { RecordCodec } from './records/record-codec.ts'
import { HouseKeeper } from './house-keeper.ts'
import { IdChange } from './id-change.ts'
import type { LocalSessionCache } from './local/local-session-cache.ts'
import type { RecordLoader } from './records/record-loader.ts'
import type { RecordStore } from './records/record-store.ts'
import type { EndReason, SessionRecord } from './records/session-record.ts'
import type { AttributeChanges } from './saving/attribute-changes.ts'
import { BackgroundTouches } from './saving/background-touches.ts'
import { ConflictPolicy } from './saving/conflict-policy.ts'
import type { Intent } from './saving/intent.ts'
import { changeIntent, touchIntent, updateIntent, useIntent } from './saving/intent.ts'
import { RecordStamp } from './saving/record-stamp.ts'
import { SaveQueue } from './saving/save-queue.ts'
import { SessionEnder } from './saving/session-ender.ts'
import { WriteLoop } from './saving/write-loop.ts'
import type { SavePolicy } from './save-policy.ts'
import { SessionError } from './session-error.ts'
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

/** Carries out what sessions ask for, and tells the world what became of it. */
export class SessionSaver implements SessionWriter {
  readonly #options: SessionSaverOptions
  readonly #queue: SaveQueue
  readonly #ender: SessionEnder
  readonly #policy: ConflictPolicy
  readonly #savePolicy: SavePolicy
  readonly #touches: BackgroundTouches
  readonly #idChange: IdChange
  readonly #houseKeeper: HouseKeeper
  /** Attribute names whose conflicts were logged. */
  readonly #loggedConflicts = new Set<string>()
  #isClosed = false

  constructor(options: SessionSaverOptions) {
    const loop = new WriteLoop(options)
    const stamp = new RecordStamp(options)
    this.#options = options
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
    this.#houseKeeper = new HouseKeeper({ ...options, ender: this.#ender })
    this.#idChange = new IdChange({ ...options, queue: this.#queue, ender: this.#ender })
  }

  async save(session: Session, pending: PendingChanges): Promise<void> {
    this.#assertOpen()
    const deadline = this.#deadline()
    return session.inTurn((hasWaited) => this.#save(session, hasWaited ? session.pending() : pending, deadline))
  }

  async update<R>(session: Session, change: (data: SessionAttributes) => R): Promise<R> {
    this.#assertOpen()
    const deadline = this.#deadline()
    return session.inTurn(() => this.#update(session, change, deadline))
  }

  /** Saves what was assigned so far. That the session has ended is left for the end of the request to find out. */
  async saveAssigned(session: Session): Promise<void> {
    this.#assertOpen()
    const pending = session.pending()
    if (!pending.isEmpty) await this.#write(session, pending, this.#deadline())
  }

  /** What the end of a request writes by itself, and what its answer waits for. */
  async commit(session: Session, pending: PendingChanges): Promise<void> {
    const isUnchanged = pending.isEmpty && !session.isNew && !session.isBeingSaved
    if (isUnchanged && this.#savePolicy.savesUnchanged) return this.#use(session)
    return this.save(session, pending)
  }

  async #save(session: Session, pending: PendingChanges, deadline: number): Promise<void> {
    if (!session.isNew && pending.isEmpty) return this.#touchIfDue(session, deadline)
    const isWritten = await this.#write(session, pending, deadline)
    if (!isWritten) throw this.#lateWrite(pending.changes)
  }

  /** `false`: the session has ended, and nothing was written. */
  async #write(session: Session, { changes, settings }: PendingChanges, deadline: number): Promise<boolean> {
    const intent = changeIntent(changes, settings, this.#policy)
    const result = await this.#queue.write(session.id, session.known, intent, deadline)
    if (result.kind === 'ended') return false
    // Asked only now: of two saves at the same time the first to be confirmed is the one that created it.
    const wasNew = session.isNew
    session.saved(changes, settings, result.stored)
    this.#conflicts(result.result)
    if (wasNew && result.stored) this.#created(session.id, result.stored.record)
    return true
  }

  async #update<R>(session: Session, change: (data: SessionAttributes) => R, deadline: number): Promise<R> {
    const { changes, settings } = session.pending()
    const intent = updateIntent(change, changes, settings, this.#options.serializer)
    const result = await this.#queue.write(session.id, session.known, intent, deadline)
    if (result.kind === 'ended') throw this.#lateWrite(changes)
    const wasNew = session.isNew
    session.renewed(changes, settings, result.stored)
    if (wasNew && result.stored) this.#created(session.id, result.stored.record)
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
    if (lifetime.isTouchUrgent(record, clock.now())) await this.#touch(session, usedAt, deadline)
    else this.#touches.start(session.id, session.expiresAt, () => this.#touch(session, usedAt))
  }

  async changeId(session: Session, change: IdChangeRequest): Promise<void> {
    this.#assertOpen()
    return session.inTurn(() => this.#changeId(session, change))
  }

  async #changeId(session: Session, { principal, newId }: IdChangeRequest): Promise<void> {
    const { clock, events, idPolicy } = this.#options
    const previousId = session.id
    const wasNew = session.isNew
    const signedIn = principal === undefined ? {} : { principal, authenticatedAt: clock.now() }
    await this.#idChange.begin(session, newId ?? idPolicy.generate(), signedIn)
    // Nobody has heard of the id that a new session had.
    if (wasNew) this.#created(session.id, session.known.record)
    else if (events.hasListeners('idChanged')) {
      events.emit('idChanged', { session: this.summary(session), previousId })
    }
  }

  /** Brings over what came to the session's old id, if it was changed and this is the first request that shows the new. */
  async completeIdChange(session: Session): Promise<void> {
    await this.#idChange.complete(session)
  }

  async end(session: Session, reason: EndReason): Promise<boolean> {
    this.#assertOpen()
    const { record, token } = session.known
    return this.#ender.end(session.id, token === undefined ? undefined : { record, token }, reason)
  }

  async endById(id: string, reason: EndReason): Promise<boolean> {
    this.#assertOpen()
    try {
      return await this.#ender.end(id, undefined, reason)
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
    const late = (): Error => new Error('late')
    await within(clock, operationTimeout, this.#queue.idle(), late).catch(() =>
      logger.warn(`Some session writes were not confirmed within ${operationTimeout} ms of closing.`),
    )
    this.#ender.close()
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
    return this.#summary(session.id, session.known.record)
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

  #created(key: string, record: SessionRecord): void {
    const { events } = this.#options
    if (events.hasListeners('created')) events.emit('created', { session: this.#summary(key, record) })
  }

  #ended(key: string, last: SessionRecord, reason: EndReason): void {
    const { events } = this.#options
    if (reason !== 'renamed' && events.hasListeners('destroyed')) {
      events.emit('destroyed', { session: this.#summary(key, last), reason })
    }
  }

  #summary(id: string, record: SessionRecord): SessionSummary {
    const { data } = new AttributeView(record.attributes, this.#options.serializer)
    return { id, principal: record.principal, attributes: data }
  }

  #conflicts(names: readonly string[]): void {
    if (names.length === 0) return
    const { events, logger } = this.#options
    events.emit('conflict', { names })
    for (const name of names) {
      if (this.#loggedConflicts.has(name) || this.#loggedConflicts.size > 1000) continue
      this.#loggedConflicts.add(name)
      logger.warn(
        `Two requests changed the session attribute "${name}" at the same time; the option \`conflict\` decided. ` +
          'Use `update()` for values that depend on what is stored. (Said once for each name.)',
      )
    }
  }

  #lateWrite(changes: AttributeChanges): SessionError {
    const names = [...changes.texts.keys()]
    this.#options.events.emit('lateWrite', { names })
    return new SessionError(
      'SESSION_ENDED',
      'The session was ended by another request, or expired, before this change was saved; the change was dropped.',
    )
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new SessionError('MANAGER_CLOSED', 'This session manager was closed.')
  }
}

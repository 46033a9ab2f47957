import { AttributeView } from './attribute-view.ts'
import type { SessionAttributes } from './attribute-view.ts'
import type { Clock } from './clock.ts'
import { systemClock, within } from './clock.ts'
import { OpenRequests } from './http/open-requests.ts'
import type { LocalService } from './local/local-service.ts'
import { LocalSessionCache } from './local/local-session-cache.ts'
import { openRecordStore } from './open-record-store.ts'
import type { Logger } from './logger.ts'
import { consoleLogger, guardedLogger } from './logger.ts'
import { resolveOptions } from './options/resolve-options.ts'
import type { ResolvedOptions, SessionManagerOptions } from './options/session-manager-options.ts'
import { jsonRecordCodec } from './records/record-codec.ts'
import { RecordLoader } from './records/record-loader.ts'
import type { RecordStore } from './records/record-store.ts'
import type { EndedMarker, EndReason, SessionRecord, StoredRecord } from './records/session-record.ts'
import { SavePolicy } from './save-policy.ts'
import { SessionError } from './session-error.ts'
import { SessionWatch } from './session-watch.ts'
import type { SessionEnd, WatchOptions } from './session-watch.ts'
import type { SessionEventListener, SessionEventName } from './session-events.ts'
import { SessionEvents } from './session-events.ts'
import { LONGEST_KEY, SessionIdPolicy, isKey } from './session-id-policy.ts'
import { SessionListing } from './session-listing.ts'
import { SessionLifetime } from './session-lifetime.ts'
import { SessionSaver } from './session-saver.ts'
import { Session } from './session.ts'
import type { Worker } from './worker.ts'
import { workerNamed } from './worker.ts'
import { WorkerLease } from './worker-lease.ts'

/** What a process gives to its manager beside options; tests bring their own. */
export interface SessionManagerSurroundings {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv
  /** @default the machine's clock */
  readonly clock?: Clock
}

/** A session that is about to begin. */
export interface NewSession {
  /** @default a new id from `idPolicy` */
  readonly id?: string
  readonly data?: Readonly<SessionAttributes>
}

/** What `open` found under an id. */
export type OpenedSession =
  | { readonly kind: 'live'; readonly session: Session }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ended'
      readonly reason: EndReason
      /** Whether that was less than so many milliseconds ago. */
      readonly isRecent: (ms: number) => boolean
    }

/** Ms that `ready()` waits for the cluster when nothing else is said. */
const READY_TIMEOUT = 30_000

/**
 * Opens, creates, saves and ends the sessions of one application on one worker. Starts without the cluster, recovers
 * without a restart, and answers every call within `operationTimeout`, with `STORE_UNAVAILABLE` if need be.
 */
export class SessionManager {
  readonly idPolicy: SessionIdPolicy = new SessionIdPolicy()
  readonly worker: Worker
  /** When changes are written: the option `savePeriod`. */
  readonly savePolicy: SavePolicy
  /** @internal Requests under way, whose sessions are kept alive. */
  readonly openRequests: OpenRequests
  readonly #options: ResolvedOptions
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #events: SessionEvents
  readonly #lifetime: SessionLifetime
  readonly #store: RecordStore
  /** Where sessions stay with their worker. */
  readonly #copies: LocalSessionCache | undefined
  readonly #loader: RecordLoader
  readonly #listing: SessionListing
  readonly #saver: SessionSaver
  readonly #lease: WorkerLease
  readonly #watch: SessionWatch
  #closing: Promise<void> | undefined
  #isDraining = false
  /** Why the store cannot be used just now, where that was said. */
  #obstacle: string | undefined

  /** Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background. */
  constructor(options: SessionManagerOptions = {}, surroundings: SessionManagerSurroundings = {}) {
    const environment = surroundings.environment ?? process.env
    this.#options = resolveOptions(options, environment)
    this.#clock = surroundings.clock ?? systemClock
    this.#logger = guardedLogger(this.#options.logger ?? consoleLogger(this.#options.debug))
    this.#events = new SessionEvents(this.#logger)
    this.#lifetime = new SessionLifetime(this.#options)
    this.openRequests = new OpenRequests(this.#clock)
    this.worker = workerNamed(this.#options.workerName, environment)
    this.savePolicy = SavePolicy.of(this.#options.savePeriod, this.#options.deferredWrite)
    this.#store = openRecordStore(this.#options, { clock: this.#clock, logger: this.#logger, environment })
    this.#copies = this.#options.sticky ? this.#openCopies() : undefined
    const shared = {
      ...this.#options,
      store: this.#store,
      codec: jsonRecordCodec,
      clock: this.#clock,
      logger: this.#logger,
      lifetime: this.#lifetime,
      worker: this.worker,
      events: this.#events,
      savePolicy: this.savePolicy,
      copies: this.#copies,
    }
    this.#loader = new RecordLoader(shared)
    this.#listing = new SessionListing(shared)
    this.#lease = new WorkerLease(shared)
    this.#saver = new SessionSaver({ ...shared, loader: this.#loader, idPolicy: this.idPolicy })
    this.#watch = new SessionWatch({ ...shared, open: (id) => this.open(id) })
    this.#watchStore()
    // In a store of this process alone nobody else can have the name.
    if (this.#options.sticky && this.#options.enabled && !this.#options.recordStore) this.#lease.start()
  }

  /** Seconds without a request after which a session ends that has no interval of its own. */
  get maxInactiveInterval(): number {
    return this.#options.maxInactiveInterval
  }

  /**
   * Resolves when the store can be used. Rejects with `STORE_UNAVAILABLE` after `timeout` milliseconds (default 30 s);
   * the manager goes on trying, so that is not the end of it.
   */
  async ready(timeout: number = READY_TIMEOUT): Promise<void> {
    this.#assertOpen()
    const late = (): SessionError => {
      const because = this.#obstacle === undefined ? '' : `: ${this.#obstacle.replace(/\.$/, '')}`
      return new SessionError('STORE_UNAVAILABLE', `The session store was not ready within ${timeout} ms${because}.`)
    }
    await within(this.#clock, timeout, this.#store.ready?.() ?? Promise.resolve(), late)
  }

  /**
   * The session with this bare id, without a worker's name. `undefined` when there is none: never stored, ended,
   * expired, or not readable. Rejects with `STORE_UNAVAILABLE`.
   */
  async load(id: string): Promise<Session | undefined> {
    this.#assertOpen()
    const held = this.#saver.holdsUnsaved(id)
    const found = await this.#look(id)
    const stored = found && 'record' in found ? found : undefined
    if (stored) return this.#shown(id, stored, held)
    if (held) this.#saver.giveUpUnsaved(id)
    return undefined
  }

  /**
   * As `load`, for a request that shows the id: tells a session that was ended from one that never was, and completes a
   * change of id, since the browser has the new one. `namedWorker`: the worker that the request was meant for. If that is
   * this one, a copy of `stalePeriod` at most may be served without asking the store.
   */
  async open(id: string, namedWorker?: string): Promise<OpenedSession> {
    this.#assertOpen()
    const mayBeCopy = namedWorker === this.worker.name
    // Not at once: answers of one turn of the event loop that leave together cost a server under load half of what they cost
    // one by one (docs/reference/performance.md); an idle one waits microseconds. In that turn a copy may be changed, and the
    // cluster may go.
    if (mayBeCopy && this.#copies?.fresh(id)) await this.#clock.turn?.()
    const local = this.#saver.local?.isBusy === true ? this.#openLocally(this.#saver.local, id) : undefined
    if (local) return local
    const copy = mayBeCopy ? this.#copies?.fresh(id) : undefined
    const held = this.#saver.holdsUnsaved(id)
    const found = copy ?? (await this.#look(id))
    if (held && !(found && 'record' in found)) this.#saver.giveUpUnsaved(id)
    if (!found) return { kind: 'none' }
    if ('ended' in found) return this.#endedSession(found)
    const session = this.#shown(id, found, held)
    if (found.record.previous) await this.#saver.completeIdChange(session)
    return { kind: 'live', session }
  }

  /** The session as it goes on without the cluster; `undefined`: the store has to be asked. */
  #openLocally(local: LocalService, id: string): OpenedSession | undefined {
    const found = local.find(id)
    if (!found) return undefined
    if ('endedAt' in found) return this.#endedSession(found)
    const { attributes } = this.#saver.shown(id, found)
    return { kind: 'live', session: this.#session(id, found.record, found.token, attributes) }
  }

  /** What is stored; before, what this worker still has to bring to a cluster that is back. */
  #look(id: string): Promise<StoredRecord | EndedMarker | undefined> {
    const { local } = this.#saver
    return local ? this.#lookBeside(local, id) : this.#loader.look(id)
  }

  async #lookBeside(local: LocalService, id: string): Promise<StoredRecord | EndedMarker | undefined> {
    await local.bring(id)
    const found = await this.#loader.look(id)
    if (found || (await local.restore(id)) === 'no') return found
    return this.#loader.look(id)
  }

  #endedSession({ ended: reason, endedAt }: Pick<EndedMarker, 'ended' | 'endedAt'>): OpenedSession {
    return { kind: 'ended', reason, isRecent: (ms) => this.#clock.now() - endedAt < ms }
  }

  /**
   * Calls `ended` once, when the session with this id ends anywhere: soon after that, and at the latest when it is looked at
   * again, every `checkPeriod` seconds. For what outlives a request: a WebSocket, a stream of events. Does not keep the
   * session alive. While the store is away nothing ends; that is made up for when it is back. Returns what stops the watch.
   */
  watch(id: string, ended: (how: SessionEnd) => void, options?: WatchOptions): () => void {
    this.#assertOpen()
    return this.#watch.add(id, ended, options)
  }

  /** @internal Whether the session was ended here while the cluster was away, and is refused although that failed. */
  isEndNoted(id: string): boolean {
    return this.#saver.local?.hasEnded(id) === true
  }

  /** A new session, in this process only until it is saved. Throws a TypeError for an `id` that nobody could ask for. */
  create({ id = this.idPolicy.generate(), data = {} }: NewSession = {}): Session {
    if (!isKey(id)) {
      throw new TypeError(`Expected the id of a session to have 1 to ${LONGEST_KEY} characters, got ${id.length}`)
    }
    const now = this.#clock.now()
    const aging = { createdAt: now, lastAccessedAt: now, maxInactiveInterval: this.#lifetime.maxInactiveInterval }
    const record: SessionRecord = {
      ...aging,
      version: 0,
      writes: [],
      expiresAt: this.#lifetime.expiresAt(aging),
      attributes: new Map(),
      further: {},
    }
    const session = this.#session(id, record)
    session.replaceData(data)
    return session
  }

  /**
   * Ends the session with this id, whether it was loaded or not. `true`: by this call; `false`: there is none, or it
   * had ended. Rejects when the store does not confirm it.
   */
  async end(id: string, reason: EndReason = 'invalidated'): Promise<boolean> {
    this.#assertOpen()
    if (!isKey(id)) return false
    return this.#saver.endById(id, reason)
  }

  /**
   * Ends the expired sessions now, as happens every `cleanUpPeriod` seconds where somebody listens to `destroyed`. How many
   * it ended: none when another worker is at it.
   */
  sweep(): Promise<number> {
    this.#assertOpen()
    return this.#saver.sweep()
  }

  /**
   * All live sessions, each once, page by page, for administration: it reads the whole map. Of a session whose change of
   * id is not completed this is the one with the new id.
   */
  async *sessions(): AsyncIterable<Session> {
    this.#assertOpen()
    for await (const { key, record, text } of this.#listing.records()) yield this.#session(key, record, text)
  }

  /** Whether the load balancer keeps a session at one worker. */
  get isSticky(): boolean {
    return this.#options.sticky
  }

  /** Whether `drain` was called. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  /**
   * Prepares this worker's end: requests are served as before, but cookies do not bind sessions to it any more, and
   * health handlers answer 503, so that the balancer sends new requests elsewhere. So changes that waited to be written
   * are written now, and new ones do not wait.
   */
  drain(): void {
    this.#isDraining = true
    this.#saver.drain()
  }

  /**
   * @internal An attribute of a session turned out to be unreadable when it was asked for. Throws the error where
   * `onUnreadable` is `'fail'`; else the session counts as none.
   */
  noteUnreadable(error: SessionError): void {
    this.#loader.noteUnreadable(error)
  }

  /** @internal Whether the session of this id was given another one here a moment ago, which its browser may know by now. */
  hasLeft(id: string): boolean {
    return this.#saver.idChange.hasLeft(id)
  }

  /** @internal A session that another worker had arrived here. */
  announceTakeOver(session: Session): void {
    if (this.#events.hasListeners('takenOver'))
      this.#events.emit('takenOver', { session: this.#saver.summary(session) })
  }

  on<Name extends SessionEventName>(name: Name, listener: SessionEventListener<Name>): this {
    this.#events.on(name, listener)
    if (name === 'destroyed') this.#saver.startSweeping()
    return this
  }

  off<Name extends SessionEventName>(name: Name, listener: SessionEventListener<Name>): this {
    this.#events.off(name, listener)
    return this
  }

  /**
   * Waits for the writes under way, `operationTimeout` at most, then stops what this manager started. Changes that waited
   * to be written (`savePeriod`) are written before, in five times as long at most; for how many sessions that failed is
   * logged. Later calls reject with `MANAGER_CLOSED`. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.openRequests.close()
    this.#watch.close()
    await this.#saver.close()
    await within(this.#clock, this.#options.operationTimeout, this.#lease.close(), tooLate).catch(() => {})
    if (this.#options.recordStore === undefined) await this.#store.close()
  }

  #assertOpen(): void {
    if (this.#closing) throw new SessionError('MANAGER_CLOSED', 'This session manager was closed.')
  }

  #session(id: string, record: SessionRecord, token?: string, attributes = record.attributes): Session {
    const view = new AttributeView(attributes, this.#options.serializer, this.#copies?.transients?.of(id))
    return new Session(id, this.#saver, view, record, token)
  }

  /** `held`: whether anything waited to be written when the store was asked. Its answer may be older than that write. */
  #shown(id: string, found: StoredRecord, held: boolean): Session {
    const latest = held ? this.#copies?.latest(id) : undefined
    const isOld = latest && latest.record.version > found.record.version
    const { stored, attributes } = this.#saver.shown(id, isOld ? latest : found)
    return this.#session(id, stored.record, stored.token, attributes)
  }

  /** Copies, which hear of the writes of others as far as the store tells. */
  #openCopies(): LocalSessionCache {
    const copies = new LocalSessionCache({ ...this.#options, clock: this.#clock, workerName: this.worker.name })
    this.#store.listen?.(this.worker.name, copies)
    // A store that does not say when it is there always is.
    if (this.#store.listen && !this.#store.watch) copies.connected()
    return copies
  }

  #watchStore(): void {
    this.#store.watch?.({
      available: () => {
        this.#obstacle = undefined
        if (this.#store.listen) this.#copies?.connected()
        this.#logger.info('The session store is available.')
        if (this.#store.mayKeepForEver === true) this.#saver.startSweeping()
        this.#events.emit('storeAvailable', {})
        this.#watch.missed()
        void this.#saver.local?.back()
      },
      unavailable: (reason) => {
        this.#obstacle = reason
        this.#copies?.disconnected()
        this.#saver.local?.away()
        this.#logger.warn(`The session store is not available: ${reason}`)
        this.#events.emit('storeUnavailable', { reason })
      },
    })
  }
}

function tooLate(): Error {
  return new Error('It took too long.')
}

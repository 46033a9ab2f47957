import { SessionError, SessionManager } from '@hazelcast-session/core'
import type { EndReason, Session, SessionManagerOptions } from '@hazelcast-session/core'
import session from 'express-session'
import type { SessionData } from 'express-session'
import { PLAIN_COOKIE, cookieOf, noteCookie, ownFields } from './cookie-settings.ts'
import { showAttributes, shownAttributes, takeAttributes } from './session-attributes.ts'
import { SessionViews } from './session-views.ts'
import { settle } from './settle.ts'
import type { Callback } from './settle.ts'

export interface HazelcastStoreOptions extends SessionManagerOptions {
  /** A manager that the application has already, in place of every other option. It is then not closed by the store. */
  readonly manager?: SessionManager | undefined
}

/** What an application declares in `SessionData`, as `update` shows it: nothing has to be there; `cookie` is not. */
export type StoredData = Partial<SessionData>

/** A session as `all` lists it. */
export type ListedSession = SessionData & { readonly id: string }

/** Express's request, by way of the library's types: a dependency on express itself would be one too many. */
type Request = Parameters<session.Store['createSession']>[0]

type Generate = (req: Request) => void

/** Ms within which a save that follows a failed one is the library's own, at the end of the same response. */
const SAME_RESPONSE = 1000
/** How many sessions `clear` ends at a time. */
const CLEAR_WIDTH = 32

/**
 * A store for the unchanged express-session: sessions live in a Hazelcast map, and requests that run at the same time,
 * on any worker, keep each other's attributes. Every method takes a callback or returns a promise. Options are those
 * of `SessionManager`; `sticky` is off unless it is given.
 */
export class HazelcastStore extends session.Store {
  /** Events, readiness and everything else that is not the library's business. */
  readonly manager: SessionManager
  readonly #ownsManager: boolean
  readonly #views = new SessionViews()
  /** By request. */
  readonly #usualCookies = new WeakMap<object, Readonly<session.Cookie>>()
  /**
   * Saves that failed: the library saves again at the end of the response that tells of it, and would wait for the store
   * a second time.
   */
  readonly #failures = new WeakMap<object, { readonly error: unknown; readonly at: number }>()
  #generate: Generate | undefined

  /** Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background. */
  constructor(options: HazelcastStoreOptions = {}) {
    super()
    const { manager, ...own } = options
    if (manager) assertNone(own)
    this.#ownsManager = manager === undefined
    this.manager = manager ?? new SessionManager({ ...own, sticky: own.sticky ?? false })
    // Each `session()` adds two listeners, and an application may have as many of them as it likes.
    this.setMaxListeners(0)
  }

  /** The library assigns its maker of new sessions here; ours notes that their ids are new. */
  get generate(): Generate | undefined {
    return this.#generate
  }

  set generate(generate: Generate) {
    this.#generate = (req) => {
      generate.call(this, req)
      this.#views.markGenerated(req.session)
      // A copy: the application may change the session's own.
      this.#usualCookies.set(req, ownFields(req.session.cookie))
    }
  }

  /** Resolves when the cluster can be used; rejects after `timeout` ms (default 30 s). The store needs no call of it. */
  ready(timeout?: number): Promise<void> {
    return this.manager.ready(timeout)
  }

  /** Lets writes under way finish and disconnects. Call it after the HTTP server has closed. */
  async close(): Promise<void> {
    if (this.#ownsManager) await this.manager.close()
  }

  /** `undefined` for a session that does not exist, has ended or has expired. Fails with 503 when the cluster is away. */
  override get(sid: string): Promise<SessionData | undefined>
  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void
  override get(sid: string, callback?: Callback<SessionData | undefined>): unknown {
    return settle(this.#get(sid), callback)
  }

  /** The library's session of what `get` gave; remembers which record it came from. */
  override createSession(req: Request, data: SessionData): session.Session & SessionData {
    const view = this.#views.of(data)
    if (!view) return super.createSession(req, data)
    const created = super.createSession(req, { ...data, cookie: cookieOf(view, this.#usualCookie(req)) })
    this.#views.set(created, view)
    return created
  }

  /**
   * Saves what this session changed since it was loaded, and nothing else. A session that was ended meanwhile stays
   * ended: that is no error here, since the library cannot tell its last save from others (event `lateWrite`).
   */
  override set(sid: string, data: SessionData): Promise<void>
  override set(sid: string, data: SessionData, callback: ((error?: unknown) => void) | undefined): void
  override set(sid: string, data: SessionData, callback?: Callback): unknown {
    return settle(this.#set(sid, data), callback)
  }

  /** Says that the session is in use, at most every `touchAfter` seconds; a session that is gone is no error. */
  override touch(sid: string, data: SessionData): Promise<void>
  override touch(sid: string, data: SessionData, callback: ((error?: unknown) => void) | undefined): void
  override touch(sid: string, data: SessionData, callback?: Callback): unknown {
    return settle(this.#touch(sid, data), callback)
  }

  /** Ends the session on every worker; a session that is gone is no error. */
  override destroy(sid: string): Promise<void>
  override destroy(sid: string, callback: ((error?: unknown) => void) | undefined): void
  override destroy(sid: string, callback?: Callback): unknown {
    const outcome = this.#destroy(sid)
    // `req.session.destroy()` without a callback comes here without one, and leaves the promise to nobody.
    outcome.catch(() => {})
    return settle(outcome, callback)
  }

  /** All live sessions. Reads the whole map: for administration. */
  override all(): Promise<ListedSession[]>
  override all(callback: (error: unknown, sessions?: SessionData[] | null) => void): void
  override all(callback?: Callback<ListedSession[]>): unknown {
    return settle(this.#all(), callback)
  }

  /** The ids of all live sessions. */
  ids(): Promise<string[]>
  ids(callback: (error: unknown, ids?: string[]) => void): void
  ids(callback?: Callback<string[]>): unknown {
    return settle(this.#ids(), callback)
  }

  /** How many sessions are live. */
  override length(): Promise<number>
  override length(callback: (error: unknown, length?: number) => void): void
  override length(callback?: Callback<number>): unknown {
    return settle(
      this.#ids().then((ids) => ids.length),
      callback,
    )
  }

  /** Ends every session. */
  override clear(): Promise<void>
  override clear(callback: ((error?: unknown) => void) | undefined): void
  override clear(callback?: Callback): unknown {
    return settle(this.#clear(), callback)
  }

  /**
   * Changes a session atomically in the cluster: `await store.update(req.session, (data) => { data.count++ })`. `change`
   * must be synchronous and may run again; unsaved changes of the request are in `data` and are saved along. What it
   * returns is returned. Afterwards `req.session` shows what is stored.
   *
   * Rejects with `SESSION_ENDED` (409) when the session was ended meanwhile, with 503 when nothing is confirmed.
   */
  async update<R>(of: session.Session & StoredData, change: (data: StoredData) => R): Promise<R> {
    const view = (await this.#view(of.id, of)) ?? this.#begin(of.id, of)
    this.#take(view, of, Reflect.get(of, 'req'))
    const before = shownAttributes(view)
    // The attributes are of the types that the application declared: only it can know.
    const result = await view.update((data) => change(data as StoredData))
    showAttributes(view, of, before)
    return result
  }

  /** Whether this session has never been stored: it began with this request, or nobody put anything in it. */
  isNew(of: session.Session): boolean {
    return this.#views.of(of)?.isNew ?? true
  }

  /**
   * Ends a session and waits until the cluster has confirmed it, which `req.session.destroy()` can too; but this one
   * says why (`reason`), and takes an id as well. `true`: by this call; `false`: it had ended already.
   */
  async end(sessionOrId: session.Session | string, reason: EndReason = 'invalidated'): Promise<boolean> {
    if (typeof sessionOrId === 'string') return this.manager.end(this.#keyOf(sessionOrId), reason)
    const view = this.#views.of(sessionOrId)
    const ended =
      view?.isNew === false ? await view.end(reason) : await this.manager.end(this.#keyOf(sessionOrId.id), reason)
    const req: unknown = Reflect.get(sessionOrId, 'req')
    // After `regenerate` the request has another session, which goes on.
    const isCurrent = typeof req === 'object' && req !== null && Reflect.get(req, 'session') === sessionOrId
    if (isCurrent) Reflect.deleteProperty(req, 'session')
    return ended
  }

  /** @internal Makes a session object of ours one that the methods of the store know. */
  protected know(of: object, view: Session): void {
    this.#views.set(of, view)
  }

  /** @internal */
  protected viewOf(of: object): Session | undefined {
    return this.#views.of(of)
  }

  async #get(sid: string): Promise<SessionData | undefined> {
    const found = await this.manager.open(this.#keyOf(sid))
    if (found.kind !== 'live') return undefined
    try {
      return this.#data(found.session)
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'RECORD_UNREADABLE') throw error
      this.manager.noteUnreadable(error)
      return undefined
    }
  }

  #data(view: Session): SessionData {
    const data = { ...shownAttributes(view), cookie: cookieOf(view, PLAIN_COOKIE) }
    this.#views.set(data, view)
    return data
  }

  async #set(sid: string, data: SessionData): Promise<void> {
    const view = (await this.#view(sid, data)) ?? this.#begin(sid, data)
    if (!this.#take(view, data, Reflect.get(data, 'req'))) return this.#destroy(sid)
    const failure = this.#failures.get(data)
    this.#failures.delete(data)
    if (failure && Date.now() - failure.at < SAME_RESPONSE) throw failure.error
    try {
      await view.save().catch(unlessEnded)
    } catch (error) {
      this.#failures.set(data, { error, at: Date.now() })
      throw error
    }
  }

  async #touch(sid: string, data: SessionData): Promise<void> {
    const view = await this.#view(sid, data)
    if (!view || view.isNew) return
    const usual = this.#usualCookie(Reflect.get(data, 'req'))
    if (!noteCookie(view, data.cookie, usual, this.manager.maxInactiveInterval)) return this.#destroy(sid)
    // Saves a changed cookie, and only touches otherwise.
    await view.save().catch(unlessEnded)
  }

  async #destroy(sid: string): Promise<void> {
    await this.manager.end(this.#keyOf(sid))
  }

  async #all(): Promise<ListedSession[]> {
    const sessions: ListedSession[] = []
    for await (const view of this.manager.sessions()) sessions.push({ ...this.#data(view), id: view.id })
    return sessions
  }

  async #ids(): Promise<string[]> {
    const ids: string[] = []
    for await (const view of this.manager.sessions()) ids.push(view.id)
    return ids
  }

  async #clear(): Promise<void> {
    const ids = await this.#ids()
    while (ids.length > 0) await Promise.all(ids.splice(0, CLEAR_WIDTH).map((id) => this.manager.end(id)))
  }

  /** The view that `data` came from; for an object that we have not made, a fresh one of what is stored. */
  async #view(sid: string, data: object): Promise<Session | undefined> {
    const known = this.#views.of(data)
    const key = this.#keyOf(sid)
    if (known?.id === key) return known
    if (this.#views.isGenerated(data)) return undefined
    const loaded = await this.manager.load(key)
    if (loaded) this.#views.set(data, loaded)
    return loaded
  }

  /**
   * The record's key: of an id that `hazelcastSession` gave out with a worker's name behind it, without that. So an
   * application may go from one door to the other and back.
   */
  #keyOf(sid: string): string {
    const { idPolicy } = this.manager
    const { id } = idPolicy.parse(sid)
    return idPolicy.isGenerated(id) ? id : sid
  }

  #begin(sid: string, data: object): Session {
    const view = this.manager.create({ id: this.#keyOf(sid) })
    this.#views.set(data, view)
    return view
  }

  /** Brings the view up to what the library's session says. `false` when its cookie says that it is over. */
  #take(view: Session, data: StoredData, req: unknown): boolean {
    takeAttributes(view, data)
    const cookie = data.cookie ?? PLAIN_COOKIE
    return noteCookie(view, cookie, this.#usualCookie(req), this.manager.maxInactiveInterval)
  }

  /**
   * What the middleware's options give to a new session's cookie on this request. Only the library's own maker of
   * sessions knows, so for a stored session one is made and thrown away, once in a request. It is made on the request
   * itself: an object that inherits from it would do, and cost four times as much.
   */
  #usualCookie(req: unknown): Readonly<session.Cookie> {
    if (!this.#generate || !isRequest(req)) return PLAIN_COOKIE
    const known = this.#usualCookies.get(req)
    if (known) return known
    const { session: before, sessionID } = req
    try {
      this.#generate(req)
    } finally {
      req.session = before
      req.sessionID = sessionID
    }
    return this.#usualCookies.get(req) ?? PLAIN_COOKIE
  }
}

/** Throws `INVALID_OPTION` for options that a given manager would not hear of. */
function assertNone(options: object): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  const names = given.map(([name]) => `\`${name}\``).join(', ')
  throw new SessionError(
    'INVALID_OPTION',
    `${names}: expected no other option beside \`manager\`; give it to the manager`,
  )
}

/** `load` of the library brings a request without headers, which cannot be asked for anything. */
function isRequest(req: unknown): req is Request {
  return typeof req === 'object' && req !== null && 'headers' in req
}

/** What came after the end of its session is dropped; the manager has told of it. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof SessionError) || error.code !== 'SESSION_ENDED') throw error
}

import type { EndReason, Session, SessionAttributes, SessionManager } from '@hazelcast-session/core'
import { StoreDoor, settle } from '@hazelcast-session/core/adapter'
import type { Callback, StoreDoorOptions } from '@hazelcast-session/core/adapter'
import session from 'express-session'
import type { SessionData } from 'express-session'
import { PLAIN_COOKIE, cookieOf, noteCookie, ownFields, storedLife } from './cookie-settings.ts'
import { isHidden } from './hidden-names.ts'

export type HazelcastStoreOptions = StoreDoorOptions

/** What an application declares in `SessionData`, as `update` shows it: nothing has to be there; `cookie` is not. */
export type StoredData = Partial<SessionData>

/** A session as `all` lists it. */
export type ListedSession = SessionData & { readonly id: string }

/** Express's request, by way of the library's types: a dependency on express itself would be one too many. */
type Request = Parameters<session.Store['createSession']>[0]

type Generate = (req: Request) => void

/**
 * A store for the unchanged express-session: sessions live in a Hazelcast map, and requests that run at the same time,
 * on any worker, keep each other's attributes. Every method takes a callback or returns a promise. Options are those
 * of `SessionManager`; `sticky` is off unless it is given, here or in the environment.
 */
export class HazelcastStore extends session.Store {
  /** Events, readiness and everything else that is not the library's business. */
  readonly manager: SessionManager
  readonly #door: StoreDoor
  /** By request. */
  readonly #usualCookies = new WeakMap<object, Readonly<session.Cookie>>()
  #latestUsualCookie: Readonly<session.Cookie> = PLAIN_COOKIE
  #generate: Generate | undefined

  /** Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background. */
  constructor(options: HazelcastStoreOptions = {}) {
    super()
    this.#door = new StoreDoor(options, isHidden, (owner) => this.shownAs(owner))
    this.manager = this.#door.manager
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
      this.#door.markGenerated(req.session)
      // A copy: the application may change the session's own.
      this.#latestUsualCookie = ownFields(req.session.cookie)
      this.#usualCookies.set(req, this.#latestUsualCookie)
    }
  }

  /** Resolves when the cluster can be used; rejects after `timeout` ms (default 30 s). The store needs no call of it. */
  ready(timeout?: number): Promise<void> {
    return this.manager.ready(timeout)
  }

  /** Lets writes under way finish and disconnects. Call it after the HTTP server has closed. */
  close(): Promise<void> {
    return this.#door.close()
  }

  /** `undefined` for a session that does not exist, has ended or has expired. Fails with 503 when the cluster is away. */
  override get(sid: string): Promise<SessionData | undefined>
  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void
  override get(sid: string, callback?: Callback<SessionData | undefined>): unknown {
    return settle(this.#get(sid), callback)
  }

  /** The library's session of what `get` gave; remembers which record it came from. */
  override createSession(req: Request, data: SessionData): session.Session & SessionData {
    const view = this.#door.viewOf(data)
    if (!view) return super.createSession(req, data)
    const created = super.createSession(req, { ...data, cookie: cookieOf(view, this.#usualCookie(req)) })
    this.#door.know(created, view)
    return created
  }

  /**
   * Saves what this session changed since it was loaded, and nothing else. A session that was ended meanwhile stays
   * ended: that is no error here, since the library cannot tell its last save from others (event `lateWrite`). A plain
   * object whose cookie has expired ends the session.
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
    const outcome = this.#destroy(sid, this.destroyReason)
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
    return settle(this.#door.ids(), callback)
  }

  /** How many sessions are live. */
  override length(): Promise<number>
  override length(callback: (error: unknown, length?: number) => void): void
  override length(callback?: Callback<number>): unknown {
    return settle(
      this.#door.ids().then((ids) => ids.length),
      callback,
    )
  }

  /** Ends every session. */
  override clear(): Promise<void>
  override clear(callback: ((error?: unknown) => void) | undefined): void
  override clear(callback?: Callback): unknown {
    return settle(this.#door.clear(), callback)
  }

  /**
   * Changes a session atomically in the cluster: `await store.update(req.session, (data) => { data.count++ })`. `change`
   * must be synchronous and may run again; unsaved changes of the request are in `data` and are saved along. What it
   * returns is returned. Afterwards `req.session` shows what is stored.
   *
   * Rejects with `SESSION_ENDED` (409) when the session was ended meanwhile, with 503 when nothing is confirmed.
   */
  async update<R>(of: session.Session & StoredData, change: (data: StoredData) => R): Promise<R> {
    const view = await this.#door.viewOrNew(of.id, of)
    this.#take(view, of, Reflect.get(of, 'req'))
    // The attributes are of the types that the application declared: only it can know.
    return this.#door.update(view, of, (data) => change(data as StoredData))
  }

  /** Whether this session has never been stored: it began with this request, or nobody put anything in it. */
  isNew(of: session.Session): boolean {
    return this.#door.viewOf(of)?.isNew ?? true
  }

  /**
   * Ends a session and waits until the cluster has confirmed it, which `req.session.destroy()` can too; but this one
   * says why (`reason`), and takes an id as well. `true`: by this call; `false`: it had ended already.
   */
  async end(sessionOrId: session.Session | string, reason: EndReason = 'invalidated'): Promise<boolean> {
    if (typeof sessionOrId === 'string') return this.#door.end(sessionOrId, reason)
    const ended = await this.#door.end(sessionOrId.id, reason, sessionOrId)
    const req: unknown = Reflect.get(sessionOrId, 'req')
    // After `regenerate` the request has another session, which goes on.
    const isCurrent = typeof req === 'object' && req !== null && Reflect.get(req, 'session') === sessionOrId
    if (isCurrent) Reflect.deleteProperty(req, 'session')
    return ended
  }

  /** @internal What a session object of the other door shows: there are none. */
  protected shownAs(_owner: object): Session | undefined {
    return undefined
  }

  /** @internal What `destroy` says of the end of a session: the library calls it for a request's own. */
  protected get destroyReason(): EndReason {
    return 'invalidated'
  }

  /** @internal */
  protected viewOf(of: object): Session | undefined {
    return this.#door.viewOf(of)
  }

  #get(sid: string): Promise<SessionData | undefined> {
    return this.#door.read(sid, (view, attributes) => this.#data(view, attributes))
  }

  #data(view: Session, attributes: SessionAttributes): SessionData {
    const data = { ...attributes, cookie: cookieOf(view, PLAIN_COOKIE) }
    this.#door.know(data, view)
    return data
  }

  async #set(sid: string, data: SessionData): Promise<void> {
    if (this.#hasExpired(data)) return this.#destroy(sid, 'expired')
    const view = await this.#door.viewOrNew(sid, data)
    if (!this.#take(view, data, Reflect.get(data, 'req'))) return this.#destroy(sid)
    await this.#door.save(view, data)
  }

  async #touch(sid: string, data: SessionData): Promise<void> {
    const view = await this.#door.view(sid, data)
    if (!view || view.isNew) return
    const { cookie }: StoredData = data
    if (cookie && !this.#note(view, cookie, Reflect.get(data, 'req'))) return this.#destroy(sid)
    await this.#door.touch(view)
  }

  async #destroy(sid: string, reason?: EndReason): Promise<void> {
    await this.#door.end(sid, reason)
  }

  #all(): Promise<ListedSession[]> {
    return this.#door.all((view, attributes) => ({ ...this.#data(view, attributes), id: view.id }))
  }

  /** Brings the view up to what the library's session says. `false` when its cookie says that it is over. */
  #take(view: Session, data: StoredData, req: unknown): boolean {
    this.#door.take(view, data)
    return this.#note(view, data.cookie ?? PLAIN_COOKIE, req)
  }

  /** Notes how long the session lives. `false` when its cookie says that it is over. */
  #note(view: Session, cookie: Readonly<session.Cookie>, req: unknown): boolean {
    // Only the library's cookie keeps its max age and its `expires` in step.
    const { maxAge = null } = req === undefined ? storedLife(cookie) : { maxAge: cookie.originalMaxAge }
    const usual = this.#usualCookie(req)
    return noteCookie(view, { originalMaxAge: maxAge }, usual, this.manager.maxInactiveInterval)
  }

  /** Whether this is the session of no request, and its cookie says that it is over. */
  #hasExpired(data: StoredData): boolean {
    if (Reflect.get(data, 'req') !== undefined) return false
    const known = this.#door.viewOf(data)
    // What `get` gave expires by the last touch, which may be some seconds behind the last use.
    return storedLife(data.cookie).end <= (known?.lastAccessedAt ?? Date.now())
  }

  /**
   * What the middleware's options give to a new session's cookie on this request. Only the library's own maker of
   * sessions knows, so for a stored session one is made and thrown away, once in a request. It is made on the request
   * itself: an object that inherits from it would do, and cost four times as much.
   *
   * That asks `genid` too. Nobody wants a new session, so where it fails the options are taken to be those of the last request.
   */
  #usualCookie(req: unknown): Readonly<session.Cookie> {
    if (!this.#generate || !isRequest(req)) return PLAIN_COOKIE
    const known = this.#usualCookies.get(req)
    if (known) return known
    const { session: before, sessionID } = req
    try {
      this.#generate(req)
    } catch {
      this.#usualCookies.set(req, this.#latestUsualCookie)
    } finally {
      req.session = before
      req.sessionID = sessionID
    }
    return this.#usualCookies.get(req) ?? PLAIN_COOKIE
  }
}

/** `load` of the library brings a request without headers, which cannot be asked for anything. */
function isRequest(req: unknown): req is Request {
  return typeof req === 'object' && req !== null && 'headers' in req
}

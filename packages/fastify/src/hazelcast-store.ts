import type { SessionAttributes, SessionManager, EndReason, Session } from '@hazelcast-session/core'
import { StoreDoor, cookieMaxAge, noteCookieLife, settle } from '@hazelcast-session/core/adapter'
import type { Callback, StoreDoorOptions } from '@hazelcast-session/core/adapter'
import type { FastifySessionObject, SessionStore } from '@fastify/session'
import type * as Fastify from 'fastify'
import { answerLibrary } from './answer-library.ts'
import { isHidden } from './hidden-names.ts'
import { introduce, introduced } from './introduction.ts'
import { isLibrarySession, leaveRequest } from './library-session.ts'
import type { StoredData } from './library-session.ts'

export interface HazelcastStoreOptions extends StoreDoorOptions {}

/** A session as `all` lists it. */
export type ListedSession = Fastify.Session & { readonly id: string }

/**
 * A store for the unchanged @fastify/session: sessions live in a Hazelcast map, and requests that run at the same time, on
 * any worker, keep each other's attributes. Every method takes a callback or returns a promise. Options are those of
 * `SessionManager`; `sticky` is off unless it is given.
 */
export class HazelcastStore implements SessionStore {
  readonly #door: StoreDoor

  /** Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background. */
  constructor(options: HazelcastStoreOptions = {}) {
    this.#door = new StoreDoor(options, isHidden, (owner) => this.shownAs(owner))
  }

  /** Events, readiness and everything else that is not the library's business. */
  get manager(): SessionManager {
    return this.#door.manager
  }

  /** Resolves when the cluster can be used; rejects after `timeout` ms (default 30 s). The store needs no call of it. */
  ready(timeout?: number): Promise<void> {
    return this.manager.ready(timeout)
  }

  /** Lets writes under way finish and disconnects. Call it after `app.close()`, or from an `onClose` hook. */
  close(): Promise<void> {
    return this.#door.close()
  }

  /** `undefined` for a session that does not exist, has ended or has expired. Fails with 503 when the cluster is away. */
  get(sid: string): Promise<Fastify.Session | undefined>
  get(sid: string, callback: (error: unknown, session?: Fastify.Session | null) => void): void
  get(sid: string, callback?: (error: unknown, session?: Fastify.Session | null) => void): unknown {
    if (!callback) return this.#door.read(sid, (view, attributes) => this.#known(view, attributes))
    answerLibrary(this.#load(sid), callback)
    return undefined
  }

  /**
   * Saves what this session changed since it was loaded, and nothing else. Fails with `SESSION_ENDED` (409) when the session
   * was ended meanwhile: it stays ended, and the browser keeps the cookie that it has by now (event `lateWrite`).
   */
  set(sid: string, session: Fastify.Session): Promise<void>
  set(sid: string, session: Fastify.Session, callback: (error?: unknown) => void): void
  set(sid: string, session: Fastify.Session, callback?: (error?: unknown) => void): unknown {
    const outcome = this.#set(sid, session)
    if (!callback) return outcome
    answerLibrary(outcome, callback)
    return undefined
  }

  /** Ends the session on every worker; a session that is gone is no error. */
  destroy(sid: string): Promise<void>
  destroy(sid: string, callback: (error?: unknown) => void): void
  destroy(sid: string, callback?: Callback): unknown {
    return settle(this.#end(sid), callback)
  }

  /** All live sessions. Reads the whole map: for administration. */
  all(): Promise<ListedSession[]>
  all(callback: (error: unknown, sessions?: ListedSession[]) => void): void
  all(callback?: Callback<ListedSession[]>): unknown {
    return settle(
      this.#door.all((view, attributes) => ({ ...dataOf(view, attributes), id: view.id })),
      callback,
    )
  }

  /** The ids of all live sessions. Reads the whole map. */
  ids(): Promise<string[]>
  ids(callback: (error: unknown, ids?: string[]) => void): void
  ids(callback?: Callback<string[]>): unknown {
    return settle(this.#door.ids(), callback)
  }

  /** How many sessions are live. Reads the whole map. */
  length(): Promise<number>
  length(callback: (error: unknown, length?: number) => void): void
  length(callback?: Callback<number>): unknown {
    return settle(
      this.#door.ids().then((ids) => ids.length),
      callback,
    )
  }

  /** Ends every session. */
  clear(): Promise<void>
  clear(callback: (error?: unknown) => void): void
  clear(callback?: Callback): unknown {
    return settle(this.#door.clear(), callback)
  }

  /**
   * Changes a session atomically in the cluster: `await store.update(request.session, (data) => { data.count++ })`.
   * `change` must be synchronous and may run again; unsaved changes of the request are in `data` and are saved along. What
   * it returns is returned. Afterwards `request.session` shows what is stored.
   *
   * Rejects with `SESSION_ENDED` (409) when the session was ended meanwhile, with 503 when nothing is confirmed.
   */
  async update<R>(session: FastifySessionObject, change: (data: StoredData) => R): Promise<R> {
    const view = await this.#viewOf(session.sessionId, session)
    this.#take(view, session)
    // The attributes are of the types that the application declared: only it can know.
    return this.#door.update(view, session, (data) => change(data as StoredData))
  }

  /** Whether this session has never been stored: it began with this request, or nobody put anything in it. */
  isNew(session: FastifySessionObject): boolean {
    return this.#door.viewOf(session)?.isNew ?? true
  }

  /**
   * Ends a session and waits until the cluster has confirmed it, which `request.session.destroy()` can too; but this one
   * says why (`reason`), and takes an id as well. `true`: by this call; `false`: it had ended already.
   */
  async end(sessionOrId: FastifySessionObject | string, reason: EndReason = 'invalidated'): Promise<boolean> {
    if (typeof sessionOrId === 'string') return this.#door.end(sessionOrId, reason)
    const ended = await this.#door.end(sessionOrId.sessionId, reason, sessionOrId)
    leaveRequest(sessionOrId)
    return ended
  }

  /** @internal What a session object of the other door shows: there are none. */
  protected shownAs(_owner: object): Session | undefined {
    return undefined
  }

  /** For the library, which makes a session of its own of what it gets. */
  #load(sid: string): Promise<Fastify.Session | undefined> {
    return this.#door.read(sid, (view, attributes) => {
      // The library tells of no use but this.
      view.touch().catch(() => {})
      return introduced(dataOf(view, attributes), (session) => this.#door.know(session, view))
    })
  }

  /** For the application, which may change it and `set` it. */
  #known(view: Session, attributes: SessionAttributes): Fastify.Session {
    const data = dataOf(view, attributes)
    this.#door.know(data, view)
    return data
  }

  async #set(sid: string, session: Fastify.Session): Promise<void> {
    const view = await this.#viewOf(sid, session)
    if (this.#take(view, session)) await this.#door.save(view, session, 'fail')
    else await this.#end(sid)
  }

  async #end(sid: string): Promise<void> {
    await this.#door.end(sid)
  }

  #viewOf(sid: string, session: object): Promise<Session> {
    introduce(session)
    // One that the library made and not of ours: its id is as new.
    if (!this.#door.viewOf(session) && isLibrarySession(session)) this.#door.markGenerated(session)
    return this.#door.viewOrNew(sid, session)
  }

  /** Brings the view up to what the library's session says. `false` when its cookie says that it is over. */
  #take(view: Session, session: Fastify.Session): boolean {
    this.#door.take(view, session)
    const { cookie } = session
    const maxAge = cookie?.originalMaxAge
    if (view.isNew && typeof maxAge !== 'number' && cookie?.expires) return noteEnd(view, new Date(cookie.expires))
    return noteCookieLife(view, { maxAge, usualMaxAge: null, defaultInterval: this.manager.maxInactiveInterval })
  }
}

/** What the library makes a session of: the cookie's flags come from its options, so that a change reaches every session. */
function dataOf(view: Session, attributes: SessionAttributes): Fastify.Session {
  // The attributes are of the types that the application declared, which it alone knows.
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
  return { ...attributes, cookie: { originalMaxAge: cookieMaxAge(view, null) } } as Fastify.Session
}

/** A cookie that expires at a date of the options': every session has the same, and keeps it. */
function noteEnd(view: Session, expires: Date): boolean {
  const seconds = (expires.getTime() - Date.now()) / 1000
  if (seconds > 0) view.maxInactiveInterval = seconds
  return seconds > 0
}

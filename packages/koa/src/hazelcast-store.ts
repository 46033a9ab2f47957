import './augment.ts'
import type { EndReason, Session, SessionAttributes, SessionManager } from '@hazelcast-session/core'
import { StoreDoor } from '@hazelcast-session/core/adapter'
import type { StoreDoorOptions } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import { withDefaultInterval } from './default-interval.ts'
import { isHidden } from './hidden-names.ts'
import { keepCookie } from './kept-cookie.ts'
import { ONE_DAY, libraryData, noteLibraryLife } from './library-session.ts'
import type { StoredData } from './session-data.ts'
import { sharedCookie } from './shared-cookie.ts'
import type { SharedCookie, SharedCookieOptions } from './shared-cookie.ts'

export interface HazelcastStoreOptions extends StoreDoorOptions {}

/** A session as `all` lists it. */
export type ListedSession = StoredData & { readonly id: string }

/** What koa-session says with each call. */
export interface StoreCall {
  readonly ctx?: Koa.Context
}

/**
 * A store for the unchanged koa-session: sessions live in a Hazelcast map, and requests that run at the same time, on any
 * worker, keep each other's attributes. Options are those of `SessionManager`; `sticky` is off unless it is given, and
 * `maxInactiveInterval` is a day, as in the library; a `maxAge` of the library's options, or of a session, goes before it.
 */
export class HazelcastStore {
  readonly #door: StoreDoor

  /** Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background. */
  constructor(options: HazelcastStoreOptions = {}) {
    const own = options.manager ? options : withDefaultInterval(options, process.env, ONE_DAY / 1000)
    this.#door = new StoreDoor(own, isHidden)
  }

  /** Events, readiness and everything else that is not the library's business. */
  get manager(): SessionManager {
    return this.#door.manager
  }

  /** Resolves when the cluster can be used; rejects after `timeout` ms (default 30 s). The store needs no call of it. */
  ready(timeout?: number): Promise<void> {
    return this.manager.ready(timeout)
  }

  /** Lets writes under way finish and disconnects. Call it after the HTTP server has closed. */
  close(): Promise<void> {
    return this.#door.close()
  }

  /**
   * Options of koa-session that make its cookie the signed one that express-session writes, and so every package of ours:
   * `session({ store, ...store.sharedCookie({ secret, key }) }, app)`. Without them koa-session signs in a way of its own.
   */
  sharedCookie(options: SharedCookieOptions): SharedCookie {
    const { idPolicy } = this.manager
    return sharedCookie(options, () => idPolicy.generate())
  }

  /** `undefined` for a session that does not exist, has ended or has expired. Rejects with 503 when the cluster is away. */
  get(key: string, _maxAge?: unknown, { ctx }: StoreCall = {}): Promise<SessionAttributes | undefined> {
    return this.#door.read(key, (view, attributes) => {
      const data = libraryData(view, attributes)
      this.#door.know(ctx ?? data, view)
      // The library tells of no use but this. With `renew` it goes by the last save.
      if (optionsOf(ctx)['renew'] !== true) view.touch().catch(() => {})
      return data
    })
  }

  /**
   * Saves what this request changed since it loaded the session, and nothing else. A session that was ended meanwhile stays
   * ended, and this rejects with `SESSION_ENDED` (409): the library would set its cookie again, perhaps over a newer one.
   */
  async set(key: string, data: SessionAttributes, _maxAge?: unknown, { ctx }: StoreCall = {}): Promise<void> {
    const owner = ctx ?? data
    const view = await this.#viewOf(key, owner, ctx)
    this.#door.take(view, data)
    const { maxInactiveInterval } = this.manager
    const isOwn = ctx === undefined || Boolean(optionsOf(ctx)['maxAge'])
    if (!noteLibraryLife(view, data, isOwn, maxInactiveInterval)) return this.destroy(key, ctx && { ctx })
    await this.#door.save(view, owner, 'fail')
    const name = optionsOf(ctx)['key']
    if (ctx && typeof name === 'string') keepCookie(ctx, name)
  }

  /** Ends the session on every worker; a session that is gone is no error. */
  async destroy(key: string, { ctx }: StoreCall = {}): Promise<void> {
    await this.#door.end(key, 'invalidated', ctx)
  }

  /** All live sessions. Reads the whole map: for administration. */
  all(): Promise<ListedSession[]> {
    // The attributes are of the types that the application declared: only it can know.
    return this.#door.all((view, attributes) => ({ ...(attributes as StoredData), id: view.id }))
  }

  /** The ids of all live sessions. Reads the whole map. */
  ids(): Promise<string[]> {
    return this.#door.ids()
  }

  /** How many sessions are live. Reads the whole map. */
  async length(): Promise<number> {
    return (await this.#door.ids()).length
  }

  /** Ends every session. */
  clear(): Promise<void> {
    return this.#door.clear()
  }

  /**
   * Changes the request's session atomically in the cluster: `await store.update(ctx, (data) => { data.count++ })`. `change`
   * must be synchronous and may run again; unsaved changes of the request are in `data` and are saved along. What it
   * returns is returned. Afterwards `ctx.session` shows what is stored.
   *
   * Rejects with `SESSION_ENDED` (409) when the session was ended meanwhile, with 503 when nothing is confirmed.
   */
  async update<R>(ctx: Koa.Context, change: (data: StoredData) => R): Promise<R> {
    const model = modelOf(ctx)
    const view = await this.#viewOf(this.#keyOf(ctx, model), ctx, ctx)
    // The browser has to learn of a new session, whatever is in it afterwards.
    if (view.isNew) Reflect.set(model, '_requireSave', true)
    this.#door.take(view, model)
    // The attributes are of the types that the application declared: only it can know.
    return this.#door.update(view, model, (data) => change(data as StoredData))
  }

  /** Whether the request's session has never been stored: it began with this request, or nobody put anything in it. */
  isNew(ctx: Koa.Context): boolean {
    return this.#door.viewOf(ctx)?.isNew ?? true
  }

  /**
   * Ends a session, of this request or with this key, and waits until the cluster has confirmed it, which
   * `ctx.session = null` does at the end of the request. `true`: by this call; `false`: it had ended already. The browser
   * forgets the cookie of a request's session.
   */
  async end(of: Koa.Context | string, reason: EndReason = 'invalidated'): Promise<boolean> {
    if (typeof of === 'string') return this.#door.end(of, reason)
    const ended = await this.#door.end(this.#keyOf(of, modelOf(of)), reason, of)
    of.session = null
    return ended
  }

  /** The id of the request's session: after `regenerate` the library's object still has the old one. */
  #keyOf(ctx: Koa.Context, model: object): string {
    return this.#door.viewOf(ctx)?.id ?? String(Reflect.get(model, 'externalKey'))
  }

  /** A key that this request has not loaded a session with is one that the library has just made. */
  #viewOf(key: string, owner: object, ctx: Koa.Context | undefined): Promise<Session> {
    if (ctx && this.#door.viewOf(ctx)?.id !== this.#door.keyOf(key)) this.#door.markGenerated(ctx)
    return this.#door.viewOrNew(key, owner)
  }
}

/** The library's options for this request: the application may have changed them. */
function optionsOf(ctx: Koa.Context | undefined): Readonly<Record<string, unknown>> {
  return Object(ctx?.sessionOptions)
}

/** The library's session object. */
function modelOf(ctx: Koa.Context): object {
  const model: unknown = ctx.session
  if (typeof model === 'object' && model !== null) return model
  throw new TypeError('Expected a request with a session; this one has none, or has ended it')
}

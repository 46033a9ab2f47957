import { SessionError } from '@hazelcast-session/core'
import type { Session, SessionAttributes } from '@hazelcast-session/core'
import type { PendingChanges, RequestSession, RequestSessionConfig } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { noteCookie } from './cookie-settings.ts'
import type { SessionImport } from './imported-session.ts'
import type { MiddlewareOptions, Request } from './middleware-options.ts'
import { PendingWork } from './pending-work.ts'
import type { RequestStore } from './request-store.ts'
import { hasOwnInterval, isSurface, surfaceOf, viewOf } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { newCookie, restoreMaxAge } from './surface-cookie.ts'

export type Response = Parameters<ReturnType<typeof session>>[1]

/** What all requests of one middleware share. */
export interface ExpressExchangeConfig {
  readonly options: MiddlewareOptions
  readonly requests: RequestSessionConfig
  readonly store: RequestStore
  readonly imports: SessionImport | undefined
}

/** One request, and what its cookie's options are. */
export interface ExpressRequest {
  readonly req: Request
  readonly res: Response
  readonly cookie: session.CookieOptions
}

/** The session that one request shows to the application, what the application makes of it, and its saving. */
export class ShownSession implements SurfaceOwner {
  readonly #config: ExpressExchangeConfig
  readonly #host: ExpressRequest
  readonly #request: RequestSession
  readonly #work = new PendingWork()
  #view: Session | undefined
  #object: unknown
  #wasModified = false
  #cookie: session.Cookie | undefined
  #hasEnded = false
  /** The max age of the options, to tell whether a session has another one. */
  #usual: Pick<session.Cookie, 'originalMaxAge'> = { originalMaxAge: null }

  constructor(config: ExpressExchangeConfig, host: ExpressRequest, request: RequestSession) {
    this.#config = config
    this.#host = host
    this.#request = request
  }

  /** The session of the request, ended or not, whatever the application put in the place of `req.session`. */
  get view(): Session | undefined {
    return this.#view
  }

  /** What `req.session` is; `undefined` when this request ended it. */
  get object(): unknown {
    return this.#object
  }

  set object(value: unknown) {
    this.#object = value
    if (isSurface(value)) this.#view = viewOf(value)
  }

  /** Whether the session is another one than the request came with, or was changed. */
  get wasModified(): boolean {
    return this.#wasModified
  }

  /** The cookie of the session that this request ended, if it ended one and has no other since. */
  get endedCookie(): session.Cookie | undefined {
    return this.#hasEnded ? this.#cookie : undefined
  }

  /** What the application asked for and may not have waited for: the response does. Throws, or rejects, what failed. */
  settled(): Promise<void> | undefined {
    return this.#work.settled()
  }

  unheard(error: unknown): void {
    this.#work.fail(error)
  }

  regenerate(): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertMaySignIn()
      if (this.#view) await this.#end(this.#view)
      this.begin()
    })
  }

  destroy(surface: Surface): Promise<void> {
    if (this.#object === surface) this.#object = undefined
    return this.#work.run(async () => {
      // The session goes on under an id that this request does not know: nobody has been logged out.
      if (this.#request.refusal === 'renamed') this.#request.assertNotRefused()
      await this.#end(viewOf(surface))
    })
  }

  reload(surface: Surface): Promise<void> {
    return this.#work.run(async () => {
      const opened = await this.#manager.open(viewOf(surface).id)
      if (opened.kind !== 'live') throw new Error('failed to load session')
      this.show(opened.session)
    })
  }

  save(surface: Surface): Promise<void> {
    return this.#work.run(async () => {
      const view = viewOf(surface)
      this.#noteCookie(view, surface)
      const pending = view.pending()
      if (!pending.isEmpty || view.isNew) this.#request.assertNotRefused()
      this.#wasModified ||= pending.changes.texts.size > 0
      await view.save(pending)
    })
  }

  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return this.#work.run(async () => {
      this.#request.assertNotRefused()
      const view = viewOf(surface)
      if (view.isNew) this.#assertHeadersOpen()
      this.#noteCookie(view, surface)
      this.#wasModified = true
      return view.update(change)
    })
  }

  signIn(surface: Surface, principal: string): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertMaySignIn()
      await this.#rename(surface, (view, id) => view.signIn(principal, id))
    })
  }

  changeId(surface: Surface): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertNotRefused()
      await this.#rename(surface, (view, id) => view.changeId(id))
    })
  }

  signOut(surface: Surface): Promise<void> {
    return this.destroy(surface)
  }

  /** A new session, which nobody hears of unless something is put in it. */
  begin(): Surface {
    this.#wasModified ||= this.#view !== undefined
    return this.#take(this.#manager.create({ id: this.#newId() }))
  }

  /** Makes `view` the request's session. */
  show(view: Session): Surface {
    return this.#take(view)
  }

  /** Saves what there is to save; `then` runs when it is confirmed. `undefined`: nothing to wait for, and it has run. */
  commit(then: (view: Session, cookie: session.Cookie) => void): Promise<void> | undefined {
    // Not `object`: whoever deletes the property takes ours away.
    const surface: unknown = Reflect.get(this.#host.req, 'session')
    if (surface === null || surface === undefined) return this.#unset()
    if (!isSurface(surface))
      throw new TypeError('Expected `req.session` to be a session or null at the end of a request')
    const view = viewOf(surface)
    surface.touch()
    const isOver = !this.#noteCookie(view, surface)
    const pending = view.pending()
    this.#wasModified ||= pending.changes.texts.size > 0
    if (this.#request.refusal !== undefined) return this.#refused(pending)
    if (view.isNew && !this.#wasModified && !this.#config.options.saveUninitialized) return undefined
    if (isOver && !view.isNew) return this.#end(view)
    if (!isOver && (!pending.isEmpty || view.isNew)) return this.#saved(view, pending, () => then(view, surface.cookie))
    then(view, surface.cookie)
    return touched(view)
  }

  async #saved(view: Session, pending: PendingChanges, then: () => void): Promise<void> {
    if (view.isNew) this.#assertHeadersOpen()
    try {
      await view.save(pending)
    } catch (error) {
      // Somebody ended the session meanwhile: the change is dropped, and the cookie may be a later log-in's.
      if (error instanceof SessionError && error.code === 'SESSION_ENDED') return
      throw error
    }
    then()
  }

  /** The session of the request is none any more since a moment ago: nothing can be changed, and no cookie is set. */
  async #refused(pending: PendingChanges): Promise<void> {
    if (pending.changes.texts.size > 0) this.#request.assertNotRefused()
  }

  #unset(): Promise<void> | undefined {
    const view = this.#view
    if (!view || this.#config.options.unset !== 'destroy' || this.#request.kept !== view) return undefined
    return this.#end(view)
  }

  async #end(view: Session): Promise<void> {
    this.#request.keep(undefined)
    if (view.isNew) return
    await view.end()
    this.#hasEnded = true
    await this.#config.imports?.end(view.id)
  }

  async #rename(surface: Surface, rename: (view: Session, id: string) => Promise<void>): Promise<void> {
    this.#assertHeadersOpen()
    const view = viewOf(surface)
    this.#noteCookie(view, surface)
    this.#wasModified = true
    await rename(view, this.#newId())
  }

  get #manager(): RequestSessionConfig['manager'] {
    return this.#config.requests.manager
  }

  #take(view: Session): Surface {
    const { req, cookie: cookieOptions } = this.#host
    const cookie = newCookie(cookieOptions, req, this.#config.options.proxy)
    this.#usual = { originalMaxAge: cookie.originalMaxAge }
    if (!view.isNew) restoreMaxAge(cookie, view)
    const surface = surfaceOf(this, req, view, cookie)
    this.#config.store.know(surface, view)
    this.#view = view
    this.#cookie = cookie
    this.#hasEnded = false
    this.#object = surface
    this.#request.keep(view)
    return surface
  }

  #newId(): string {
    const { genid } = this.#config.options
    if (!genid) return this.#manager.idPolicy.generate()
    const id: unknown = genid(this.#host.req)
    if (typeof id === 'string' && id !== '') return id
    throw new TypeError(`Expected \`genid\` to return a text, got ${typeof id}`)
  }

  #noteCookie(view: Session, surface: Surface): boolean {
    const { maxInactiveInterval } = this.#manager
    return noteCookie(view, surface.cookie, this.#usual, maxInactiveInterval, hasOwnInterval(surface))
  }

  #assertHeadersOpen(): void {
    if (!this.#host.res.headersSent) return
    throw new SessionError(
      'HEADERS_SENT',
      'A session that the browser does not know yet cannot begin now: the response headers have been sent.',
    )
  }
}

/** Says that the session is in use. `undefined`: nobody has to wait for that. */
export function touched(view: Session): Promise<void> | undefined {
  const isUrgent = view.isTouchUrgent
  const touching = view.touch()
  if (isUrgent) return touching
  touching.catch(() => {})
  return undefined
}

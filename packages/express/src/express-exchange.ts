import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { NodeSessionHost } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchangeConfig } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { noteCookie } from './cookie-settings.ts'
import { isSecure } from './is-secure.ts'
import type { MiddlewareOptions, Request } from './middleware-options.ts'
import type { RequestStore } from './request-store.ts'
import { hasOwnInterval, isSurface, surfaceOf, viewOf } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { flagsOf, newCookie, restoreMaxAge } from './surface-cookie.ts'

type Response = Parameters<ReturnType<typeof session>>[1]

/** What all requests of one middleware share. */
export interface ExpressExchangeConfig extends SessionExchangeConfig {
  readonly options: MiddlewareOptions
  readonly store: RequestStore
}

/** One request of Express, and the session that it shows as `req.session`. */
export class ExpressExchange extends NodeSessionHost implements SurfaceOwner {
  readonly #config: ExpressExchangeConfig
  readonly #req: Request
  readonly #cookieOptions: session.CookieOptions
  readonly #next: (error?: unknown) => void
  /** What `req.session` is. */
  #object: unknown
  /** All that this request has shown, the present one last: hardly ever more than one. */
  readonly #surfaces: Surface[] = []
  /** The max age of the options, to tell whether a session has another one. */
  #usual: Pick<session.Cookie, 'originalMaxAge'> = { originalMaxAge: null }

  /** `cookie`: what the options say of this request's cookies. */
  constructor(
    config: ExpressExchangeConfig,
    req: Request,
    res: Response,
    cookie: session.CookieOptions,
    next: (error?: unknown) => void,
  ) {
    super(config, req.headers.cookie, res)
    this.#config = config
    this.#req = req
    this.#cookieOptions = cookie
    this.#next = next
  }

  /** `req.session`; `undefined` when this request ended it. Throws what the load failed with. */
  get session(): unknown {
    return this.exchange.session && this.#object
  }

  set session(value: unknown) {
    // A session that could not be loaded stays so, whatever is put in its place.
    if (this.exchange.hasFailed || !this.exchange.session) return
    this.#object = value
    if (isSurface(value)) this.exchange.session = this.#known(value)
  }

  /** `req.sessionID`. */
  get sessionId(): string | undefined {
    return this.exchange.hasFailed ? this.exchange.presentedId : this.exchange.session?.id
  }

  /** A new session in place of the one that there is. */
  begin(): void {
    if (this.exchange.session) this.exchange.begin()
  }

  /** Makes `view` the request's session. */
  change(view: Session): Surface {
    this.exchange.show(view)
    return this.#surfaceOf(view)
  }

  regenerate(): Promise<void> {
    return this.exchange.regenerate()
  }

  destroy(surface: Surface): Promise<void> {
    if (this.#object === surface) this.#object = undefined
    return this.exchange.destroy(viewOf(surface))
  }

  reload(surface: Surface): Promise<void> {
    return this.exchange.reload(viewOf(surface))
  }

  save(surface: Surface): Promise<void> {
    return this.exchange.save(viewOf(surface))
  }

  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return this.exchange.update(viewOf(surface), change)
  }

  signIn(surface: Surface, principal: string): Promise<void> {
    return this.exchange.signIn(viewOf(surface), principal)
  }

  signOut(surface: Surface): Promise<void> {
    return this.destroy(surface)
  }

  changeId(surface: Surface): Promise<void> {
    return this.exchange.changeId(viewOf(surface))
  }

  unheard(error: unknown): void {
    this.exchange.unheard(error)
  }

  override get isSecure(): boolean {
    return isSecure(this.#req, this.#config.options.proxy)
  }

  override flagsOf(view: Session): CookieFlags {
    return flagsOf(this.#surfaceOf(view).cookie)
  }

  override newId(): string | undefined {
    const { genid } = this.#config.options
    if (!genid) return undefined
    const id: unknown = genid(this.#req)
    if (typeof id === 'string' && id !== '') return id
    throw new TypeError(`Expected \`genid\` to return a text, got ${typeof id}`)
  }

  override left(): Session | null | undefined {
    if (!('session' in this.#req)) return null
    if (!this.exchange.isShown) return undefined
    // Not `#object`: whoever deletes the property takes ours away.
    const value: unknown = Reflect.get(this.#req, 'session')
    if (value === null || value === undefined) return null
    if (isSurface(value)) return this.#known(value)
    throw new TypeError('Expected `req.session` to be a session or null at the end of a request')
  }

  override note(view: Session, use?: 'use'): boolean {
    const surface = this.#surfaceOf(view)
    if (use) surface.touch()
    const { maxInactiveInterval } = this.#config.manager
    return noteCookie(view, surface.cookie, this.#usual, maxInactiveInterval, hasOwnInterval(surface))
  }

  protected override present(view: Session): void {
    const { options, store } = this.#config
    const cookie = newCookie(this.#cookieOptions, this.#req, options.proxy)
    this.#usual = { originalMaxAge: cookie.originalMaxAge }
    if (!view.isNew) restoreMaxAge(cookie, view)
    const surface = surfaceOf(this, this.#req, view, cookie)
    store.know(surface, view)
    this.#surfaces.push(surface)
    this.#object = surface
  }

  protected override fail(error: unknown): void {
    this.#next(error)
  }

  /** The view behind a session object, which may have come here from elsewhere. */
  #known(surface: Surface): Session {
    if (!this.#surfaces.includes(surface)) this.#surfaces.push(surface)
    return viewOf(surface)
  }

  #surfaceOf(view: Session): Surface {
    const surface = this.#surfaces.findLast((shown) => viewOf(shown) === view)
    if (!surface) throw new TypeError('Expected a session that this request has shown')
    return surface
  }
}

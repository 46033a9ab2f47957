import type { Session } from '@hazelcast-session/core'
import { SurfaceHost, givenId, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchangeConfig, SurfaceProperty } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { isSecure } from './is-secure.ts'
import type { CookieFlagSettings, MiddlewareOptions, Request } from './middleware-options.ts'
import type { RequestStore } from './request-store.ts'
import { surfaceOf, surfaces } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { flagsOf, newCookie, restoreMaxAge } from './surface-cookie.ts'

type Response = Parameters<ReturnType<typeof session>>[1]

/** What all requests of one middleware share. */
export interface ExpressExchangeConfig extends SessionExchangeConfig {
  readonly options: MiddlewareOptions
  readonly store: RequestStore
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
}

const PROPERTY: SurfaceProperty<Surface> = { name: 'req.session', surfaces, unbegun: () => undefined, gone: undefined }

/** One request of Express, and the session that it shows as `req.session`. */
export class ExpressExchange extends SurfaceHost<Surface> implements SurfaceOwner {
  readonly #config: ExpressExchangeConfig
  readonly #req: Request
  readonly #cookieOptions: CookieFlagSettings
  readonly #next: (error?: unknown) => void
  /** The max age of the options, to tell whether a session has another one. */
  #usual: Pick<session.Cookie, 'originalMaxAge'> = { originalMaxAge: null }

  /** `cookie`: what the options say of this request's cookies. */
  constructor(
    config: ExpressExchangeConfig,
    req: Request,
    res: Response,
    cookie: CookieFlagSettings,
    next: (error?: unknown) => void,
  ) {
    super(config, PROPERTY, req.headers.cookie, res)
    this.#config = config
    this.#req = req
    this.#cookieOptions = cookie
    this.#next = next
  }

  get store(): RequestStore {
    return this.#config.store
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
    return this.surfaceOf(view)
  }

  async regenerate(): Promise<void> {
    // A tool may not have looked at the session, which is shown only then.
    void this.exchange.session
    return this.exchange.regenerate()
  }

  override get isSecure(): boolean {
    return isSecure(this.#req, this.#config.options.proxy)
  }

  override flagsOf(view: Session): CookieFlags {
    return flagsOf(this.surfaceOf(view).cookie)
  }

  override newId(): string | undefined {
    const { genid } = this.#config.options
    return genid && givenId('genid', genid(this.#req))
  }

  override left(): Session | null | undefined {
    if (!('session' in this.#req)) return null
    if (!this.exchange.isShown) return undefined
    // Not `object`: whoever deletes the property takes ours away.
    return this.leftAs(Reflect.get(this.#req, 'session'))
  }

  override note(view: Session, use?: 'use'): boolean {
    const surface = this.surfaceOf(view)
    if (use) surface.touch()
    const { manager, isIntervalGiven } = this.#config
    return noteCookieLife(view, {
      maxAge: surface.cookie.originalMaxAge,
      usualMaxAge: this.#usual.originalMaxAge,
      defaultInterval: manager.maxInactiveInterval,
      keepsInterval: surfaces.hasOwnInterval(surface),
      isIntervalGiven,
    })
  }

  protected override makeSurface(view: Session): Surface {
    const { options } = this.#config
    const cookie = newCookie(this.#cookieOptions, this.#req, options.proxy)
    this.#usual = { originalMaxAge: cookie.originalMaxAge }
    if (!view.isNew) restoreMaxAge(cookie, view)
    return surfaceOf(this, this.#req, view, cookie)
  }

  protected override fail(error: unknown): void {
    this.#next(error)
  }
}

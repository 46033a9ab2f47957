import type { Session } from '@hazelcast-session/core'
import { SurfaceHost, cookieMaxAge, givenId, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchangeConfig, SurfaceProperty } from '@hazelcast-session/core/adapter'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PluginOptions } from './plugin-options.ts'
import { refuseAnswer } from './refuse-answer.ts'
import type { RequestStore } from './request-store.ts'
import { livesBeyond, noteEnd } from './session-end.ts'
import { cookieOf, giveCookie, isOwn, surfaceOf, surfaces } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { SurfaceCookie } from './surface-cookie.ts'
import type { CookieTerms } from './surface-cookie.ts'

/** What all requests of one plugin share. */
export interface FastifyExchangeConfig extends SessionExchangeConfig {
  readonly options: PluginOptions
  readonly store: RequestStore
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
  /** A session would begin, or has, that no browser will hear of: its cookie is `secure`, and the request is not. */
  readonly noteInsecure: () => void
}

/** One request, and what its answer is. */
export interface FastifyHost {
  readonly request: FastifyRequest
  /** `undefined`: there will be none. */
  readonly reply: FastifyReply | undefined
  readonly cookieHeader: string | undefined
  /** What the request's cookies are made with. */
  readonly terms: CookieTerms
}

const PROPERTY: SurfaceProperty<Surface> = { name: 'request.session', surfaces, unbegun: () => ({}), gone: null }

/** One request of Fastify, and the session that it shows as `request.session`. */
export class FastifyExchange extends SurfaceHost<Surface> implements SurfaceOwner {
  readonly #config: FastifyExchangeConfig
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply | undefined
  /** What the cookie of the present session was made with. */
  #terms: CookieTerms
  #isLeft = false
  /** Only where the options say a date, since that costs each request a promise: after it no session is found. */
  readonly found?: (view: Session | undefined) => boolean
  /** Along with that: what lives on past the date is saved with less time, though nobody looked at it. */
  readonly isRenewalDue?: (view: Session) => boolean

  constructor(config: FastifyExchangeConfig, { request, reply, cookieHeader, terms }: FastifyHost) {
    super(config, PROPERTY, cookieHeader, reply?.raw)
    this.#config = config
    this.#request = request
    this.#reply = reply
    this.#terms = terms
    const { expires } = config.options.cookie
    if (expires) {
      const isBound = (view: Session): boolean => !this.#maxAgeOf(view)
      this.found = (view) => !view || !isBound(view) || expires.getTime() > Date.now()
      this.isRenewalDue = (view) => isBound(view) && livesBeyond(view, expires)
    }
  }

  get store(): RequestStore {
    return this.#config.store
  }

  /** Throws what the load failed with. */
  assertLoaded(): void {
    void this.exchange.session
  }

  /** Lets the answer pass without a session, whatever was done to that: nothing is stored, and no cookie is set. */
  leave(): void {
    this.#isLeft = true
  }

  /** Makes the session of another exchange the one of this request. */
  adopt(other: FastifyExchange): void {
    const view = other.exchange.session
    if (!view) return
    this.#terms = other.#terms
    this.exchange.show(view)
  }

  signedId(surface: object): string {
    return this.exchange.signedId(surfaces.partsOf(surface).view)
  }

  async regenerate(surface: Surface, keys: readonly string[]): Promise<void> {
    const names = keys.filter((key) => !isOwn(key))
    const kept = Object.fromEntries(names.map((name) => [name, Reflect.get(surface, name)]))
    const cookie = keys.includes('cookie') ? cookieOf(surface) : undefined
    await this.exchange.regenerate()
    const next = this.exchange.session
    if (!next) return
    Object.assign(next.data, kept)
    if (cookie) giveCookie(this.surfaceOf(next), cookie)
    await this.exchange.save(next)
  }

  override async reload(surface: Surface): Promise<void> {
    const view = surfaces.viewOf(surface)
    if (!view.isNew || view.isBeingSaved) return super.reload(surface)
    // As the library shows what its store does not have.
    view.replaceData({})
    this.exchange.show(view)
  }

  cookieWith(terms: CookieTerms): SurfaceCookie {
    this.#terms = { ...this.#terms, ...terms }
    const cookie = this.#newCookie()
    // A date of this session's own, as if it had been assigned.
    if (terms.expires && cookie.end) cookie.expires = cookie.end
    return cookie
  }

  override get isSecure(): boolean {
    return this.#request.protocol === 'https'
  }

  override flagsOf(view: Session): CookieFlags {
    return cookieOf(this.surfaceOf(view)).flags
  }

  override newId(): string | undefined {
    const { idGenerator } = this.#config.options
    return idGenerator && givenId('idGenerator', idGenerator(this.#request))
  }

  override beforeHead(): Promise<void> | undefined {
    return this.#isLeft ? undefined : super.beforeHead()
  }

  override left(): Session | null | undefined {
    if (this.#isLeft) return null
    // A session that nobody looked at, and that no browser would hear of.
    if (!this.exchange.isShown) return this.#config.options.cookie.secure === true && !this.isSecure ? null : undefined
    const view = this.leftAs(this.object)
    if (!view || !this.#isUnheardOf(view)) return view
    if (!view.pending().isEmpty) this.#config.noteInsecure()
    return null
  }

  override note(view: Session): boolean {
    const surface = this.surfaceOf(view)
    const cookie = cookieOf(surface)
    const keepsInterval = surfaces.hasOwnInterval(surface)
    if (this.#reply && this.#isUnheardOf(view)) this.#config.noteInsecure()
    if (cookie.end) return noteEnd(view, cookie.end, keepsInterval)
    return noteCookieLife(view, {
      maxAge: cookie.life,
      usualMaxAge: this.#config.options.cookie.maxAge,
      defaultInterval: this.#config.manager.maxInactiveInterval,
      keepsInterval,
      isIntervalGiven: this.#config.isIntervalGiven,
    })
  }

  protected override makeSurface(view: Session): Surface {
    // A new session is as its predecessor in this request; a loaded one has a max age of its own, or the date of all.
    if (!view.isNew) {
      const maxAge = this.#maxAgeOf(view)
      const { expires } = this.#config.options.cookie
      const isOther = maxAge !== this.#terms.maxAge || expires !== this.#terms.expires
      if (isOther) this.#terms = { ...this.#terms, maxAge, expires }
    }
    return surfaceOf(this, view, this.#newCookie())
  }

  protected override fail(error: unknown): void {
    if (this.#reply) refuseAnswer(this.#reply, error)
  }

  #newCookie(): SurfaceCookie {
    return new SurfaceCookie(this.#terms, () => this.isSecure)
  }

  #maxAgeOf(view: Session): number | undefined {
    return cookieMaxAge(view, this.#config.options.cookie.maxAge ?? null) ?? undefined
  }

  /** Whether no browser will ever hear of this session, so that storing it makes an orphan. */
  #isUnheardOf(view: Session): boolean {
    return view.isNew && this.flagsOf(view).secure === true && !this.isSecure
  }
}

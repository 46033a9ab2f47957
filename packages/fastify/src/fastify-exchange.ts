import type { Session } from '@hazelcast-session/core'
import { SurfaceHost, cookieMaxAge, givenId, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchangeConfig, SurfaceProperty } from '@hazelcast-session/core/adapter'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PluginOptions } from './plugin-options.ts'
import { refuseAnswer } from './refuse-answer.ts'
import type { RequestStore } from './request-store.ts'
import { cookieOf, surfaceOf, surfaces } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { SurfaceCookie } from './surface-cookie.ts'
import type { CookieTerms } from './surface-cookie.ts'

/** What all requests of one plugin share. */
export interface FastifyExchangeConfig extends SessionExchangeConfig {
  readonly options: PluginOptions
  readonly store: RequestStore
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
  /** Something was put in a session that no browser will hear of: its cookie is `secure`, and the request is not. */
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

  constructor(config: FastifyExchangeConfig, { request, reply, cookieHeader, terms }: FastifyHost) {
    super(config, PROPERTY, cookieHeader, reply?.raw)
    this.#config = config
    this.#request = request
    this.#reply = reply
    this.#terms = terms
  }

  get store(): RequestStore {
    return this.#config.store
  }

  /** Makes the session of another exchange the one of this request. Throws what its load failed with. */
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
    const kept = Object.fromEntries(keys.map((key) => [key, Reflect.get(surface, key)]))
    await this.exchange.regenerate()
    const next = this.exchange.session
    if (!next) return
    Object.assign(next.data, kept)
    await this.exchange.save(next)
  }

  cookieWith(terms: CookieTerms): SurfaceCookie {
    this.#terms = { ...this.#terms, ...terms }
    return this.#newCookie()
  }

  failed(error: unknown, isHeard: () => boolean): void {
    this.exchange.unheard(error, isHeard)
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

  override left(): Session | null | undefined {
    // A session that nobody looked at, and that no browser would hear of.
    if (!this.exchange.isShown) return this.#config.options.cookie.secure === true && !this.isSecure ? null : undefined
    const view = this.leftAs(this.object)
    return view && this.#isUnheardOf(view) ? null : view
  }

  override note(view: Session): boolean {
    const surface = this.surfaceOf(view)
    const cookie = cookieOf(surface)
    const keepsInterval = surfaces.hasOwnInterval(surface)
    if (view.isNew && cookie.life === null && cookie.maxAge !== null) {
      // The options say a date, which is every session's end.
      if (cookie.maxAge > 0 && !keepsInterval) view.maxInactiveInterval = cookie.maxAge / 1000
      return cookie.maxAge > 0
    }
    return noteCookieLife(view, {
      maxAge: cookie.life,
      usualMaxAge: this.#config.options.cookie.maxAge,
      defaultInterval: this.#config.manager.maxInactiveInterval,
      keepsInterval,
      isIntervalGiven: this.#config.isIntervalGiven,
    })
  }

  protected override makeSurface(view: Session): Surface {
    // A new session is as its predecessor in this request; a loaded one has a max age of its own.
    const maxAge = view.isNew ? this.#terms.maxAge : this.#maxAgeOf(view)
    if (maxAge !== this.#terms.maxAge) this.#terms = { ...this.#terms, maxAge }
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
    if (!view.isNew || this.flagsOf(view).secure !== true || this.isSecure) return false
    if (!view.pending().isEmpty) this.#config.noteInsecure()
    return true
  }
}

import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { NodeSessionHost, cookieMaxAge, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchangeConfig } from '@hazelcast-session/core/adapter'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PluginOptions } from './plugin-options.ts'
import { refuseAnswer } from './refuse-answer.ts'
import type { RequestStore } from './request-store.ts'
import { cookieOf, hasOwnInterval, isSurface, surfaceOf, viewOf } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { SurfaceCookie } from './surface-cookie.ts'
import type { CookieTerms } from './surface-cookie.ts'

/** What all requests of one plugin share. */
export interface FastifyExchangeConfig extends SessionExchangeConfig {
  readonly options: PluginOptions
  readonly store: RequestStore
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

/** One request of Fastify, and the session that it shows as `request.session`. */
export class FastifyExchange extends NodeSessionHost implements SurfaceOwner {
  readonly #config: FastifyExchangeConfig
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply | undefined
  /** What `request.session` is. */
  #object: unknown
  /** All that this request has shown, the present one last: hardly ever more than one. */
  readonly #surfaces: Surface[] = []
  /** What the cookie of the present session was made with. */
  #terms: CookieTerms

  constructor(config: FastifyExchangeConfig, { request, reply, cookieHeader, terms }: FastifyHost) {
    super(config, cookieHeader, reply?.raw)
    this.#config = config
    this.#request = request
    this.#reply = reply
    this.#terms = terms
  }

  /** `request.session`; null when this request ended it. Throws what the load failed with. */
  get session(): unknown {
    // While it is begun there is none, and who makes its id may look at what the request has.
    return this.exchange.session ? this.#object : {}
  }

  set session(value: unknown) {
    // A session that could not be loaded stays so, whatever is put in its place.
    if (this.exchange.hasFailed || !this.exchange.session) return
    this.#object = value
    if (isSurface(value)) this.exchange.session = this.#known(value)
  }

  /** Makes the session of another exchange the one of this request. Throws what its load failed with. */
  adopt(other: FastifyExchange): void {
    const view = other.exchange.session
    if (!view) return
    this.#terms = other.#terms
    this.exchange.show(view)
  }

  signedId(surface: Surface): string {
    return this.exchange.signedId(viewOf(surface))
  }

  async regenerate(surface: Surface, keys: readonly string[]): Promise<void> {
    const kept = Object.fromEntries(keys.map((key) => [key, Reflect.get(surface, key)]))
    await this.exchange.regenerate()
    const next = this.exchange.session
    if (!next) return
    Object.assign(next.data, kept)
    await this.exchange.save(next)
  }

  destroy(surface: Surface): Promise<void> {
    if (this.#object === surface) this.#object = null
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
    return cookieOf(this.#surfaceOf(view)).flags
  }

  override newId(): string | undefined {
    const { idGenerator } = this.#config.options
    if (!idGenerator) return undefined
    const id: unknown = idGenerator(this.#request)
    if (typeof id === 'string' && id !== '') return id
    throw new TypeError(`Expected \`idGenerator\` to return a text, got ${typeof id}`)
  }

  override left(): Session | null | undefined {
    // A session that nobody looked at, and that no browser would hear of.
    if (!this.exchange.isShown) return this.#config.options.cookie.secure === true && !this.isSecure ? null : undefined
    const value = this.#object
    if (value === null || value === undefined) return null
    if (!isSurface(value)) {
      throw new TypeError('Expected `request.session` to be a session or null at the end of a request')
    }
    const view = this.#known(value)
    return this.#isUnheardOf(view) ? null : view
  }

  override note(view: Session): boolean {
    const surface = this.#surfaceOf(view)
    const cookie = cookieOf(surface)
    const keepsInterval = hasOwnInterval(surface)
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
    })
  }

  protected override present(view: Session): void {
    // A new session is as its predecessor in this request; a loaded one has a max age of its own.
    if (!view.isNew) this.#terms = { ...this.#terms, maxAge: this.#maxAgeOf(view) }
    const surface = surfaceOf(this, view, this.#newCookie())
    this.#config.store.know(surface, view)
    this.#surfaces.push(surface)
    this.#object = surface
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

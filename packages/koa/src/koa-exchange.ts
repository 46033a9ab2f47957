import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { NodeSessionHost, cookieMaxAge, givenId, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, ResponseCookie, SessionExchangeConfig } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import type { CookieRenewals } from './cookie-renewals.ts'
import type { MiddlewareOptions } from './middleware-options.ts'
import type { RequestOptions } from './request-options.ts'
import { translatedCookies } from './former-store.ts'
import { isOwn, replaceData, surfaceOf, surfaces } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'
import { isStreamed } from './streamed-body.ts'

/** What all requests of one middleware share. */
export interface KoaExchangeConfig extends SessionExchangeConfig {
  readonly options: MiddlewareOptions
  readonly usual: Readonly<RequestOptions>
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
  readonly renewals: CookieRenewals
}

/** Status codes from here on say that the server failed. */
const FAILURE = 500

/** One request of Koa, and the session that it shows as `ctx.session`. */
export class KoaExchange extends NodeSessionHost implements SurfaceOwner {
  readonly #config: KoaExchangeConfig
  readonly #ctx: Koa.Context
  #surface: Surface | undefined
  #options: RequestOptions | undefined
  /** `ctx.session` is null. */
  #isRemoved = false
  /** The session was ended, and not only taken away from this request. */
  #hasEnded = false
  /** The application wants the cookie to be set. */
  #isForced = false
  /** Nothing was done to the session since it was committed. */
  #isCommitted = false
  /** What was committed by hand, where nothing else is. */
  #byHand: Promise<unknown> | undefined

  constructor(config: KoaExchangeConfig, ctx: Koa.Context) {
    super(config, config.imports ? translatedCookies(ctx, config.cookie) : ctx.headers.cookie, ctx.res)
    this.#config = config
    this.#ctx = ctx
  }

  /** `ctx.session`; null when this request ended it. Throws what the load failed with. */
  get session(): unknown {
    const { session } = this.exchange
    this.#isCommitted = false
    return !session || this.#isRemoved ? null : this.#surface
  }

  set session(value: unknown) {
    if (!this.exchange.session) return
    if (typeof value !== 'object') throw new TypeError('Expected `ctx.session` to be set to null or an object')
    if (value !== null && this.#hasEnded) this.exchange.begin()
    this.#isCommitted = false
    this.#isRemoved = value === null
    if (value !== null && this.#surface) replaceData(this.#surface, value)
  }

  /** `ctx.sessionOptions`. */
  get sessionOptions(): RequestOptions {
    this.#options ??= { ...this.#config.usual }
    return this.#options
  }

  get maxAge(): number | 'session' {
    return this.sessionOptions.maxAge
  }

  set maxAge(value: number | 'session') {
    if (value !== 'session' && !Number.isFinite(value)) {
      throw new TypeError(`Expected \`maxAge\` to be a number of ms, or 'session', got \`${value}\``)
    }
    this.sessionOptions.maxAge = value
    this.#isForced = true
  }

  /**
   * The handler is through, and nothing has been answered: what fails now goes the way of the application's own errors, as it
   * would not when the answer is on its way.
   */
  async handled(): Promise<void> {
    const { status, headerSent, res, respond } = this.#ctx
    const isUsed = this.exchange.isShown && !this.exchange.hasFailed
    const isAnswered = respond === false || headerSent || res.writableEnded || status >= FAILURE
    if (!this.#config.usual.autoCommit || !isUsed || isAnswered) return
    await this.commit()
    this.#isCommitted = true
  }

  override beforeHead(): Promise<void> | undefined {
    const isDone = this.#config.usual.autoCommit ? this.#isDone : this.exchange.isShown
    return isDone ? this.#settled() : super.beforeHead()
  }

  override beforeEnd(): Promise<void> | undefined {
    return this.#config.usual.autoCommit ? super.beforeEnd() : this.#settled()
  }

  save(surface: Surface): Promise<void> {
    this.#isForced = true
    return this.#committed(this.exchange.save(surfaces.viewOf(surface)))
  }

  /** A new id, and the data kept: that is what the library's `regenerate` does. */
  regenerate(surface: Surface): Promise<void> {
    return this.changeId(surface)
  }

  commitByHand(): Promise<void> {
    return this.#tracked(Promise.resolve().then(() => this.exchange.commitHead()))
  }

  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return this.#committed(this.exchange.update(surfaces.viewOf(surface), change))
  }

  signIn(surface: Surface, principal: string): Promise<void> {
    return this.#committed(this.exchange.signIn(surfaces.viewOf(surface), principal))
  }

  signOut(surface: Surface): Promise<void> {
    this.#isRemoved = true
    this.#hasEnded = true
    return this.#committed(this.exchange.destroy(surfaces.viewOf(surface)))
  }

  changeId(surface: Surface): Promise<void> {
    return this.#committed(this.exchange.changeId(surfaces.viewOf(surface)))
  }

  failed(error: unknown, isHeard: () => boolean): void {
    this.exchange.unheard(error, isHeard)
  }

  /** Asked only for a `secure` cookie: `setCookie` refuses it, as `ctx.cookies.set` does. */
  override get isSecure(): boolean {
    return true
  }

  override setCookie(cookie: ResponseCookie): void {
    if (cookie.flags.secure === true && cookie.value !== '' && !this.#ctx.secure) {
      throw new Error(
        'Cannot send a secure cookie over a connection that is not encrypted. Behind a proxy: `app.proxy`',
      )
    }
    super.setCookie(cookie)
    if (cookie.name !== this.#config.usual.key) return
    this.#isForced = false
    const { session } = this.exchange
    if (this.#config.usual.renew && session) this.#config.renewals.note(session.id, Date.now())
  }

  override flagsOf(): CookieFlags {
    const { maxAge, sameSite, secure = this.#ctx.secure, ...flags } = this.sessionOptions
    const { domain, path, httpOnly, partitioned, priority } = flags
    const expires = maxAge === 'session' ? undefined : new Date(Date.now() + maxAge)
    return { domain, path, httpOnly, secure, sameSite: sameSite ?? undefined, partitioned, priority, expires }
  }

  override newId(): string | undefined {
    const { genid, prefix } = this.#config.options
    if (!genid) return prefix === undefined ? undefined : prefix + this.#config.manager.idPolicy.generate()
    return givenId('genid', genid(this.#ctx))
  }

  override left(): Session | null | undefined {
    if (this.#isRemoved) return null
    return this.exchange.isShown ? this.exchange.session : undefined
  }

  override note(view: Session): boolean {
    const surface = this.#surface
    if (surface && this.#isSaveDue(view)) this.#config.options.beforeSave?.(this.#ctx, surface)
    return noteCookieLife(view, {
      maxAge: msOf(this.sessionOptions.maxAge),
      usualMaxAge: msOf(this.#config.usual.maxAge),
      defaultInterval: this.#config.manager.maxInactiveInterval,
      keepsInterval: surface !== undefined && surfaces.hasOwnInterval(surface),
      isIntervalGiven: this.#config.isIntervalGiven,
    })
  }

  found(session: Session | undefined): boolean {
    const { valid } = this.#config.options
    const key = this.exchange.presentedId
    if (!session) this.#tell('missed', { key, value: undefined })
    if (!session || !valid) return true
    const value = Object.fromEntries(Object.entries(session.data).filter(([name]) => !isOwn(name)))
    if (valid(this.#ctx, value)) return true
    this.#tell('invalid', { key, value })
    return false
  }

  isRenewalDue(session: Session): boolean {
    // The browser has the cookie of before.
    if (this.cookieHeader !== this.#ctx.headers.cookie) return true
    if (this.#isForced || (this.#surface && Reflect.get(this.#surface, '_requireSave') === true)) return true
    const { renew, maxAge: usual } = this.#config.usual
    if (!renew) return false
    const maxAge = this.#options ? msOf(this.#options.maxAge) : cookieMaxAge(session, msOf(usual))
    return maxAge !== null && this.#config.renewals.isDue(session.id, maxAge, Date.now())
  }

  protected override present(view: Session): void {
    const own = view.isNew ? undefined : cookieMaxAge(view, msOf(this.#config.usual.maxAge))
    if (own !== undefined) this.sessionOptions.maxAge = own ?? 'session'
    this.#surface = surfaceOf(this, view)
    this.#isRemoved = false
    this.#hasEnded = false
  }

  protected override fail(error: unknown): void {
    this.#ctx.onerror(
      error instanceof Error ? error : new Error('Something was thrown that is no error.', { cause: error }),
    )
  }

  /** Whether the answer has nothing left to commit. What a stream does before its first byte is not known yet. */
  get #isDone(): boolean {
    return this.#isCommitted && !isStreamed(this.#ctx.body)
  }

  /** Where nothing is committed at the end, what the application asks for is committed with it. */
  #committed<T>(work: Promise<T>): Promise<T> {
    if (this.#config.usual.autoCommit) return work
    const committed = work.then(async (result) => {
      await this.exchange.commitHead()
      return result
    })
    return this.#tracked(committed)
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    this.#byHand = Promise.allSettled([this.#byHand, work])
    return work
  }

  #settled(): Promise<void> | undefined {
    if (this.exchange.hasFailed) return undefined
    return this.#byHand ? this.#byHand.then(() => this.exchange.settled()) : this.exchange.settled()
  }

  /** Whether the session, or its cookie, is about to be written. */
  #isSaveDue(view: Session): boolean {
    if (!this.#config.options.beforeSave) return false
    return this.#config.rolling || this.isRenewalDue(view) || view.pending().changes.texts.size > 0
  }

  /** As the library does: when the request has gone on. */
  #tell(
    event: 'missed' | 'invalid',
    { key, value }: { readonly key: string | undefined; readonly value: unknown },
  ): void {
    const ctx = this.#ctx
    setImmediate(() => ctx.app.emit(`session:${event}`, { key, value, ctx }))
  }
}

/** null: until the browser closes. */
function msOf(maxAge: number | 'session'): number | null {
  return maxAge === 'session' ? null : maxAge
}

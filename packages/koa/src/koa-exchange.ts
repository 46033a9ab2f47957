import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { NodeSessionHost, cookieMaxAge, givenId, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, ResponseCookie, SessionExchangeConfig } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import type { CookieRenewals } from './cookie-renewals.ts'
import type { MiddlewareOptions } from './middleware-options.ts'
import type { RequestOptions } from './request-options.ts'
import { translatedCookies } from './former-store.ts'
import { SaveHook } from './save-hook.ts'
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
  readonly #hook: SaveHook | undefined
  /** The session that the request came with. */
  #loaded: Session | undefined
  #surface: Surface | undefined
  #options: RequestOptions | undefined
  /** `ctx.session` is null. */
  #isRemoved = false
  /** The session was ended, and not only taken away from this request. */
  #hasEnded = false
  /** The application wants the cookie to be set. */
  #isForced = false
  /** The application gave the session a max age: it is stored, also where nothing is in it. */
  #isAged = false
  /** That was tried: an answer that tells of its failure does not wait for another. */
  #isEmptyTried = false
  /** Nothing was done to the session since it was committed. */
  #isCommitted = false
  /** What was committed by hand, where nothing else is. */
  #byHand: Promise<unknown> | undefined

  constructor(config: KoaExchangeConfig, ctx: Koa.Context) {
    super(config, config.imports ? translatedCookies(ctx, config.cookie) : ctx.headers.cookie, ctx.res)
    this.#config = config
    this.#ctx = ctx
    const { beforeSave } = config.options
    this.#hook = beforeSave && new SaveHook(beforeSave, ctx)
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
    if (value !== null && (this.#hasEnded || this.exchange.hasEnded)) this.exchange.begin()
    this.#isCommitted = false
    this.#isRemoved = value === null
    if (value !== null && this.#surface) replaceData(this.#surface, value)
  }

  /** `ctx.sessionOptions`. */
  get sessionOptions(): RequestOptions {
    this.#options ??= { ...this.#config.usual, maxAge: this.#ownMaxAge }
    return this.#options
  }

  get maxAge(): number | 'session' {
    return this.#options?.maxAge ?? this.#ownMaxAge
  }

  set maxAge(given: number | 'session' | null | undefined) {
    const value = given ?? this.#config.usual.maxAge
    if (value !== 'session' && !Number.isFinite(value)) {
      throw new TypeError(`Expected \`maxAge\` to be a number of ms, or 'session', got \`${value}\``)
    }
    this.sessionOptions.maxAge = value
    this.#isForced = true
    this.#isAged = true
    this.#hook?.renew()
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
    await this.#savedEmpty()
    await this.commit()
    this.#isCommitted = true
  }

  override beforeHead(): Promise<void> | undefined {
    const isDone = this.#config.usual.autoCommit ? this.#isDone : this.exchange.isShown
    if (isDone) return this.#settled()
    const saving = this.#savedEmpty()
    if (!saving) return super.beforeHead()
    // An answer that tells of a failure may pass, as in `NodeSessionHost`.
    const saved = this.#ctx.res.statusCode >= FAILURE ? saving.catch(() => {}) : saving
    return saved.then(() => super.beforeHead())
  }

  override beforeEnd(): Promise<void> | undefined {
    return this.#config.usual.autoCommit ? super.beforeEnd() : this.#settled()
  }

  save(surface: Surface): Promise<void> {
    this.#isForced = true
    return this.#committed(this.#prepared(surface, () => this.exchange.save(surfaces.viewOf(surface))))
  }

  /** A new id, and the data kept: that is what the library's `regenerate` does. */
  regenerate(surface: Surface): Promise<void> {
    return this.changeId(surface)
  }

  commitByHand(): Promise<void> {
    return this.#tracked(this.#commitHead())
  }

  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return this.#committed(this.#prepared(surface, () => this.exchange.update(surfaces.viewOf(surface), change)))
  }

  signIn(surface: Surface, principal: string): Promise<void> {
    return this.#committed(this.#prepared(surface, () => this.exchange.signIn(surfaces.viewOf(surface), principal)))
  }

  signOut(surface: Surface): Promise<void> {
    this.#isRemoved = true
    this.#hasEnded = true
    return this.#committed(this.exchange.destroy(surfaces.viewOf(surface)))
  }

  changeId(surface: Surface): Promise<void> {
    return this.#committed(this.#prepared(surface, () => this.exchange.changeId(surfaces.viewOf(surface))))
  }

  /** Asked only for a `secure` cookie: `setCookie` refuses it, as `ctx.cookies.set` does. */
  override get isSecure(): boolean {
    return true
  }

  override setCookie(cookie: ResponseCookie): void {
    if (cookie.flags.secure === true && cookie.value !== '' && !this.#isEncrypted) {
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
    const { maxAge } = this
    const { sameSite, secure = this.#isEncrypted, ...flags } = this.#options ?? this.#config.usual
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

  override note(view: Session, use?: 'use'): boolean {
    const surface = this.#surface
    if (this.#hook && surface) {
      if (use === 'use') this.#hook.atEnd(surface, view, () => this.#isSaveAsked(view))
      else if (this.#config.manager.savePolicy.savesAssignments) this.#hook.noted(view)
    }
    return noteCookieLife(view, {
      maxAge: msOf(this.maxAge),
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
    if (session && valid) {
      const value = Object.fromEntries(Object.entries(session.data).filter(([name]) => !isOwn(name)))
      if (!valid(this.#ctx, value)) {
        this.#tell('invalid', { key, value })
        return false
      }
    }
    this.#loaded = session
    return true
  }

  isRenewalDue(session: Session): boolean {
    // The browser has the cookie of before.
    if (this.cookieHeader !== this.#ctx.headers.cookie) return true
    return (this.#config.usual.autoCommit || this.exchange.isShown) && this.#isSaveAsked(session)
  }

  protected override present(view: Session): void {
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

  async #commitHead(): Promise<void> {
    this.#isEmptyTried = false
    await this.#savedEmpty()
    await this.exchange.commitHead()
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    this.#byHand = Promise.allSettled([this.#byHand, work])
    return work
  }

  #settled(): Promise<void> | undefined {
    if (this.exchange.hasFailed) return undefined
    return this.#byHand ? this.#byHand.then(() => this.exchange.settled()) : this.exchange.settled()
  }

  /** `beforeSave`, and then `work`, which saves. */
  #prepared<T>(surface: Surface, work: () => Promise<T>): Promise<T> {
    return this.#hook ? this.#hook.before(surface, work) : work()
  }

  /** Stores a new session in which nothing is where the application asks for that, as `commit` does not. */
  #savedEmpty(): Promise<void> | undefined {
    const surface = this.#surface
    if (!surface || this.#isEmptyTried || this.#isRemoved || !(this.#isAged || isSaveRequired(surface)))
      return undefined
    const view = surfaces.viewOf(surface)
    const isOver = this.maxAge !== 'session' && this.maxAge <= 0
    if (!view.isNew || view.isBeingSaved || isOver || view.pending().changes.texts.size > 0) return undefined
    this.#isEmptyTried = true
    return this.#prepared(surface, () => this.exchange.save(view))
  }

  /** Whether the session shall be saved, and its cookie set, although nothing in it has changed. */
  #isSaveAsked(session: Session): boolean {
    const { rolling, renew } = this.#config.usual
    if (rolling || this.#isForced || (this.#surface && isSaveRequired(this.#surface))) return true
    const maxAge = renew ? msOf(this.maxAge) : null
    return maxAge !== null && this.#config.renewals.isDue(session.id, maxAge, Date.now())
  }

  /** Ms that the cookie of the session lasts that the request came with, if nobody says otherwise. */
  get #ownMaxAge(): number | 'session' {
    const { maxAge } = this.#config.usual
    return this.#loaded ? (cookieMaxAge(this.#loaded, msOf(maxAge)) ?? 'session') : maxAge
  }

  /** Whether a `secure` cookie may be sent, as `ctx.cookies` decides it. */
  get #isEncrypted(): boolean {
    const secure: unknown = this.#ctx.cookies.secure
    return secure === undefined ? this.#ctx.secure : Boolean(secure)
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

/** The library's own way to say that a session shall be saved. */
function isSaveRequired(surface: Surface): boolean {
  return Boolean(Reflect.get(surface, '_requireSave'))
}

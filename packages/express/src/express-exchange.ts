import { SessionError } from '@hazelcast-session/core'
import type { Session, SessionAttributes, SessionManager } from '@hazelcast-session/core'
import { HeldResponse, RequestSession } from '@hazelcast-session/core/adapter'
import type {
  CookieFlags,
  HttpExchange,
  PendingChanges,
  RequestSessionConfig,
  ResponseCookie,
  ResponseGate,
} from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { noteCookie } from './cookie-settings.ts'
import { importedSession } from './imported-session.ts'
import type { MiddlewareOptions, Request } from './middleware-options.ts'
import { loadedCookie, newCookie, usualCookie } from './surface-cookie.ts'
import { isSecure } from './is-secure.ts'
import { surfaceOf } from './session-surface.ts'
import type { Surface, SurfaceOwner } from './session-surface.ts'

export type Response = Parameters<ReturnType<typeof session>>[1]

export interface ExpressExchangeConfig {
  readonly manager: SessionManager
  readonly options: MiddlewareOptions
  readonly requests: RequestSessionConfig
}

/** One request of Express and its response: what express-session would do with them, and the promises besides. */
export class ExpressExchange implements HttpExchange, ResponseGate, SurfaceOwner {
  readonly #config: ExpressExchangeConfig
  readonly #req: Request
  readonly #res: Response
  readonly #next: (error?: unknown) => void
  readonly #request: RequestSession
  #held: HeldResponse | undefined
  #view: Session | undefined
  /** `undefined`: ended by this request; `null`: taken off the request by the application. */
  #surface: Surface | null | undefined
  #isInflated = false
  /** Whether the session is another one than the request came with, or was changed. */
  #wasModified = false
  #hasFailed = false

  constructor(config: ExpressExchangeConfig, req: Request, res: Response, next: (error?: unknown) => void) {
    this.#config = config
    this.#req = req
    this.#res = res
    this.#next = next
    this.#request = new RequestSession(config.requests, this)
  }

  get cookieHeader(): string | undefined {
    return this.#req.headers.cookie
  }

  setCookie(cookie: ResponseCookie): void {
    this.#hold().setCookie(cookie)
  }

  /** Loads the session, if the request shows one. Never rejects. */
  open(): Promise<void> | undefined {
    if (this.#config.options.saveUninitialized) this.#hold()
    if (this.#request.presentedId === undefined) return undefined
    this.#hold()
    return this.#load()
  }

  /** `req.session`. Throws what the load failed with. */
  get session(): Surface | null | undefined {
    if (!this.#isInflated) this.#inflate()
    return this.#surface
  }

  set session(value: Surface | null | undefined) {
    if (!this.#isInflated && !this.#request.hasFailed) this.#inflate()
    this.#surface = value
  }

  /** `req.sessionID`. */
  get sessionId(): string | undefined {
    if (!this.#isInflated && this.#request.hasFailed) return this.#request.presentedId
    if (!this.#isInflated) this.#inflate()
    return this.#view?.id
  }

  beforeHead(): Promise<void> | undefined {
    if (this.#hasFailed || this.#request.hasFailed) return undefined
    const loaded = this.#request.session
    if (!this.#isInflated) {
      const { rolling, saveUninitialized } = this.#config.options
      if (!loaded && (!saveUninitialized || this.#request.refusal !== undefined)) return undefined
      if (loaded && !rolling && !this.#request.isReissueDue(loaded)) return this.#touched(loaded)
      this.#inflate()
    }
    return this.#commit(() => this.#issueIfDue())
  }

  beforeEnd(): Promise<void> | undefined {
    if (!this.#isInflated || this.#hasFailed) return undefined
    return this.#commit(() => {})
  }

  aborted(): void {
    if (!this.#isInflated || this.#hasFailed) return
    this.#commit(() => {})?.catch(() => {})
  }

  refuse(error: unknown): void {
    this.#hasFailed = true
    this.#next(error)
  }

  async regenerate(): Promise<void> {
    this.#request.assertMaySignIn()
    const old = this.#view
    if (old && !old.isNew) await old.end()
    this.#begin()
    this.#wasModified = true
  }

  async destroy(surface: Surface): Promise<void> {
    const view = this.#view
    if (this.#surface === surface) this.#surface = undefined
    if (view && !view.isNew) await view.end()
  }

  async reload(): Promise<void> {
    const opened = this.#view && (await this.#config.manager.open(this.#view.id))
    if (opened?.kind !== 'live') throw new Error('failed to load session')
    this.#show(opened.session)
  }

  async save(surface: Surface): Promise<void> {
    const view = this.#view
    if (!view) return
    this.#noteCookie(view, surface)
    const pending = view.pending()
    if (!pending.isEmpty || view.isNew) this.#request.assertNotRefused()
    this.#wasModified ||= pending.changes.texts.size > 0
    await view.save(pending)
  }

  async update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    this.#request.assertNotRefused()
    const view = this.#live()
    this.#noteCookie(view, surface)
    this.#wasModified = true
    return view.update(change)
  }

  async signIn(surface: Surface, principal: string): Promise<void> {
    this.#request.assertMaySignIn()
    await this.#rename(surface, (view, id) => view.signIn(principal, id))
  }

  async changeId(surface: Surface): Promise<void> {
    this.#request.assertNotRefused()
    await this.#rename(surface, (view, id) => view.changeId(id))
  }

  async signOut(surface: Surface): Promise<void> {
    const flags = flagsOf(surface.cookie)
    await this.destroy(surface)
    this.#request.clear(flags)
  }

  async #rename(surface: Surface, rename: (view: Session, id: string) => Promise<void>): Promise<void> {
    this.#assertHeadersOpen()
    const view = this.#live()
    this.#noteCookie(view, surface)
    this.#wasModified = true
    await rename(view, this.#newId())
  }

  async #load(): Promise<void> {
    await this.#request.open()
    const { importFrom } = this.#config.options
    const { presentedId, refusal, hasFailed } = this.#request
    if (!importFrom || hasFailed || refusal !== undefined || presentedId === undefined) return
    if (this.#request.session) return
    const imported = await importedSession(importFrom, presentedId, this.#config.manager)
    if (imported) this.#request.adopt(imported)
  }

  #inflate(): void {
    const loaded = this.#request.session
    this.#isInflated = true
    this.#hold()
    if (loaded) this.#show(loaded)
    else this.#begin()
  }

  /** A new session, which nobody hears of unless something is put in it. */
  #begin(): void {
    const view = this.#config.manager.create({ id: this.#newId() })
    this.#view = view
    this.#surface = surfaceOf(this, this.#req, view, newCookie(this.#config.options, this.#req))
  }

  #show(view: Session): void {
    this.#view = view
    this.#surface = surfaceOf(this, this.#req, view, loadedCookie(view, this.#config.options, this.#req))
  }

  #newId(): string {
    const { manager, options } = this.#config
    return options.genid?.(this.#req) ?? manager.idPolicy.generate()
  }

  #hold(): HeldResponse {
    this.#held ??= new HeldResponse(this.#res, this)
    return this.#held
  }

  /** Saves what there is to save; `then` runs when it is confirmed. `undefined`: nothing to wait for, and it has run. */
  #commit(then: () => void): Promise<void> | undefined {
    const view = this.#view
    if (!view) return undefined
    if (this.#surface === null || this.#surface === undefined) return this.#unset(view)
    this.#surface.touch()
    if (!this.#noteCookie(view, this.#surface)) return ended(view)
    const pending = view.pending()
    this.#wasModified ||= pending.changes.texts.size > 0
    if (this.#request.refusal !== undefined) return this.#refused(pending)
    if (view.isNew && !this.#wasModified && !this.#config.options.saveUninitialized) return undefined
    if (pending.isEmpty && !view.isNew) {
      then()
      return this.#touched(view)
    }
    return this.#saved(view, pending, then)
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

  #touched(view: Session): Promise<void> | undefined {
    const touching = view.touch()
    if (view.isTouchUrgent) return touching
    touching.catch(() => {})
    return undefined
  }

  #unset(view: Session): Promise<void> | undefined {
    const isEnding = this.#surface === null && this.#config.options.unset === 'destroy'
    return isEnding && !view.isNew ? ended(view) : undefined
  }

  #issueIfDue(): void {
    const { rolling } = this.#config.options
    const view = this.#view
    if (!view || !this.#surface) return
    const { cookie } = this.#surface
    const isOther = this.#request.presentedId !== view.id
    const isRenewed = rolling || (this.#wasModified && cookie.expires !== null && cookie.expires !== undefined)
    if (cookie.secure === true && !isSecure(this.#req, this.#config.options.proxy)) return
    if (isOther || isRenewed || this.#request.isReissueDue(view)) this.#request.issue(view, flagsOf(cookie))
    else this.#request.issueRoute(flagsOf(cookie))
  }

  #noteCookie(view: Session, surface: Surface): boolean {
    const usual = usualCookie(this.#config.options, this.#req)
    return noteCookie(view, surface.cookie, usual, this.#config.manager.maxInactiveInterval)
  }

  #live(): Session {
    if (this.#view) return this.#view
    throw new SessionError('SESSION_ENDED', 'This request has no session any more.')
  }

  #assertHeadersOpen(): void {
    if (!this.#res.headersSent) return
    throw new SessionError(
      'HEADERS_SENT',
      'A session that the browser does not know yet cannot begin now: the response headers have been sent.',
    )
  }
}

async function ended(view: Session): Promise<void> {
  await view.end()
}

/** The flags that a session's cookie is written with. */
function flagsOf(cookie: session.Cookie): CookieFlags {
  const { path, domain, httpOnly, secure, sameSite, partitioned, priority, expires }: session.CookieOptions = cookie
  return {
    path,
    domain,
    httpOnly,
    secure: secure === true,
    sameSite,
    partitioned,
    priority,
    expires: expires ?? undefined,
  }
}

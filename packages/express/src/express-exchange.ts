import type { Session } from '@hazelcast-session/core'
import { HeldResponse, RequestSession } from '@hazelcast-session/core/adapter'
import type { HttpExchange, ResponseCookie, ResponseGate } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { isSecure } from './is-secure.ts'
import type { Surface } from './session-surface.ts'
import { ShownSession, touched } from './shown-session.ts'
import type { ExpressExchangeConfig, ExpressRequest, Response } from './shown-session.ts'
import { flagsOf } from './surface-cookie.ts'

/** Status codes from here on say that the server failed. */
const FAILURE = 500

/** One request of Express and its response: what express-session would do with them, and the promises besides. */
export class ExpressExchange implements HttpExchange, ResponseGate {
  readonly #config: ExpressExchangeConfig
  readonly #host: ExpressRequest
  readonly #next: (error?: unknown) => void
  readonly #request: RequestSession
  #held: HeldResponse | undefined
  /** Once the application, or the response, needs it. */
  #shown: ShownSession | undefined
  #hasFailed = false

  constructor(config: ExpressExchangeConfig, host: ExpressRequest, next: (error?: unknown) => void) {
    this.#config = config
    this.#host = host
    this.#next = next
    this.#request = new RequestSession(config.requests, this)
  }

  get cookieHeader(): string | undefined {
    return this.#host.req.headers.cookie
  }

  setCookie(cookie: ResponseCookie): void {
    this.#hold()
    this.#held?.setCookie(cookie)
  }

  /** Loads the session, if the request shows one. Never rejects. */
  open(): Promise<void> | undefined {
    if (this.#config.options.saveUninitialized) this.#hold()
    if (this.#request.presentedId === undefined) return undefined
    this.#hold()
    return this.#load()
  }

  /** `req.session`. Throws what the load failed with. */
  get session(): unknown {
    return this.#inflated().object
  }

  set session(value: unknown) {
    // A session that could not be loaded stays so, whatever is put in its place.
    if (!this.#request.hasFailed) this.#inflated().object = value
  }

  /** `req.sessionID`. */
  get sessionId(): string | undefined {
    return this.#request.hasFailed ? this.#request.presentedId : this.#inflated().view?.id
  }

  /** A new session in place of the one that there is. */
  begin(): void {
    this.#inflated().begin()
  }

  /** Makes `view` the request's session. */
  show(view: Session): Surface {
    return this.#inflated().show(view)
  }

  beforeHead(): Promise<void> | undefined {
    if (this.#hasFailed || this.#request.hasFailed) return undefined
    // An answer that tells of a failure may pass: it promises nothing, and is the application's own.
    if (this.#host.res.statusCode >= FAILURE) return this.#settledAtHead().catch(() => {})
    const underWay = this.#shown?.settled()
    return underWay ? underWay.then(() => this.#atHead()) : this.#atHead()
  }

  beforeEnd(): Promise<void> | undefined {
    const shown = this.#shown
    if (!shown || this.#hasFailed) return undefined
    const underWay = shown.settled()
    return underWay ? underWay.then(() => shown.commit(() => {})) : shown.commit(() => {})
  }

  aborted(): void {
    Promise.resolve()
      .then(() => this.beforeEnd())
      .catch(() => {})
  }

  closed(): void {
    this.#request.close()
  }

  refuse(error: unknown): void {
    this.#hasFailed = true
    this.#next(error)
  }

  async #load(): Promise<void> {
    await this.#request.open()
    const { imports } = this.#config
    const { presentedId, hasEnded, hasFailed } = this.#request
    if (!imports || hasFailed || hasEnded || presentedId === undefined || this.#request.session) return
    try {
      const imported = await imports.take(presentedId)
      if (imported) this.#request.adopt(imported)
    } catch (error) {
      this.#request.fail(error)
    }
  }

  #inflated(): ShownSession {
    if (this.#shown) return this.#shown
    const loaded = this.#request.session
    this.#hold()
    const shown = new ShownSession(this.#config, this.#host, this.#request)
    // Before it begins: `genid` may look at the request.
    this.#shown = shown
    if (loaded) shown.show(loaded)
    else shown.begin()
    return shown
  }

  /** Stands before the response, if it is one: a WebSocket's upgrade brings none. */
  #hold(): void {
    if (this.#held) return
    const { res } = this.#host
    if (isResponse(res)) this.#held = new HeldResponse(res, this)
    if (!this.#held || res.closed) this.#request.close()
  }

  async #settledAtHead(): Promise<void> {
    await this.#shown?.settled()
    await this.#atHead()
  }

  #atHead(): Promise<void> | undefined {
    if (!this.#shown && !this.#isNeeded()) {
      const loaded = this.#request.session
      return loaded && touched(loaded)
    }
    const shown = this.#inflated()
    const committed = shown.commit((view, cookie) => this.#issueIfDue(view, cookie, shown.wasModified))
    if (committed) return committed.then(() => this.#clearIfEnded(shown))
    this.#clearIfEnded(shown)
    return undefined
  }

  /** Whether the answer needs a session that the application did not look at. */
  #isNeeded(): boolean {
    const { rolling, saveUninitialized, unset } = this.#config.options
    // Deleted without a look at it.
    if (!('session' in this.#host.req)) return unset === 'destroy'
    const loaded = this.#request.session
    if (!loaded) return saveUninitialized && this.#request.refusal === undefined
    return rolling || this.#request.isReissueDue(loaded) || this.#request.isRouteDue
  }

  /** What the browser has is of no use any more, and would be refused for half a minute. */
  #clearIfEnded({ endedCookie }: ShownSession): void {
    if (endedCookie && this.#request.presentedId !== undefined) this.#request.clear(flagsOf(endedCookie))
  }

  #issueIfDue(view: Session, cookie: session.Cookie, wasModified: boolean): void {
    const { rolling, proxy } = this.#config.options
    if (Boolean(cookie.secure) && !isSecure(this.#host.req, proxy)) return
    const isOther = this.#request.presentedId !== view.id
    const isRenewed = rolling || (wasModified && cookie.expires !== null && cookie.expires !== undefined)
    if (isOther || isRenewed || this.#request.isReissueDue(view)) this.#request.issue(view, flagsOf(cookie))
    else this.#request.issueRoute(flagsOf(cookie))
  }
}

function isResponse(res: Partial<Response>): boolean {
  return typeof res.getHeaders === 'function' && typeof res.once === 'function'
}

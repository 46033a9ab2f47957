import type { ServerResponse } from 'node:http'
import type { Session } from '../session.ts'
import { HeldResponse } from './held-response.ts'
import type { ResponseGate } from './held-response.ts'
import type { CookieFlags, ResponseCookie } from './response-cookie.ts'
import { SessionExchange } from './session-exchange.ts'
import type { SessionExchangeConfig } from './session-exchange.ts'
import type { SessionHost } from './session-host.ts'

/** Status codes from here on say that the server failed. */
const FAILURE = 500

/**
 * The host of a session where there is a request and a response of node: the answer is held until the session is saved. A
 * framework's adapter adds what its application sees of the session, and how it answers with an error.
 */
export abstract class NodeSessionHost implements SessionHost, ResponseGate {
  readonly cookieHeader: string | undefined
  readonly commitsHeadOnce = true
  protected readonly exchange: SessionExchange
  readonly #res: ServerResponse | undefined
  readonly #saveUninitialized: boolean
  #held: HeldResponse | undefined
  #hasFailed = false
  #isAborted = false

  /**
   * `res` may be no response at all: a WebSocket's upgrade brings none, and then nothing is held. `undefined`: there will
   * be no answer that a cookie could be set with.
   */
  constructor(config: SessionExchangeConfig, cookieHeader: string | undefined, res: ServerResponse | undefined) {
    this.cookieHeader = cookieHeader
    this.#res = res
    this.#saveUninitialized = config.saveUninitialized
    this.exchange = new SessionExchange(config, this)
  }

  abstract get isSecure(): boolean
  abstract flagsOf(session: Session): CookieFlags
  abstract newId(): string | undefined
  abstract left(): Session | null | undefined
  abstract note(session: Session, use?: 'use'): boolean
  /** Makes `session` the one that the application sees. */
  protected abstract present(session: Session): void
  /** Answers with the error, which may have been met before anything was answered. The response is free again. */
  protected abstract fail(error: unknown): void

  get isHeadOpen(): boolean {
    if (this.#isAborted) return false
    if (this.#held) return this.#held.isHeadOpen
    return this.#res !== undefined && !this.#res.headersSent
  }

  /** Whether nobody gets the answer any more. */
  get isAborted(): boolean {
    return this.#isAborted
  }

  /** Whether the answer has begun to leave. */
  protected get isHeadSent(): boolean {
    return this.#res?.headersSent === true
  }

  setCookie(cookie: ResponseCookie): void {
    this.#hold()
    this.#held?.setCookie(cookie)
  }

  show(session: Session): void {
    this.#hold()
    this.present(session)
  }

  /** Loads the session, if the request shows one. Never rejects; `undefined`: there is nothing to wait for. */
  open(): Promise<void> | undefined {
    if (this.#saveUninitialized || this.exchange.presentedId !== undefined) this.#hold()
    return this.exchange.open()
  }

  beforeHead(): Promise<void> | undefined {
    if (this.#hasFailed || this.exchange.hasFailed) return undefined
    if (this.#tellsOfFailure) return this.#settledAtHead().catch(() => {})
    const underWay = this.exchange.settled()
    return underWay ? underWay.then(() => this.exchange.commitHead()) : this.exchange.commitHead()
  }

  beforeEnd(): Promise<void> | undefined {
    if (this.#hasFailed || this.exchange.hasFailed) return undefined
    if (this.#tellsOfFailure) return this.#settledAtEnd().catch(() => {})
    const underWay = this.exchange.settled()
    return underWay ? underWay.then(() => this.exchange.commitRest()) : this.exchange.commitRest()
  }

  aborted(): void {
    this.#isAborted = true
    Promise.resolve()
      .then(() => this.beforeEnd())
      .catch(() => {})
  }

  closed(): void {
    this.exchange.close()
  }

  /**
   * Saves what the answer would wait for, before it is written: for a framework that can still tell its application that
   * this failed. That is what it rejects with; the answer that comes then may pass.
   */
  protected async commit(): Promise<void> {
    try {
      await this.exchange.settled()
      await this.exchange.commitHead()
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  /** What the application asked for failed; if nobody waits for it, the answer has to tell of it. */
  failed(error: unknown, isHeard?: () => boolean): void {
    this.exchange.unheard(error, isHeard)
  }

  refuse(error: unknown): void {
    this.#hasFailed = true
    this.fail(error)
  }

  /** Such an answer may pass: it promises nothing, and is the application's own. */
  get #tellsOfFailure(): boolean {
    return this.#res !== undefined && this.#res.statusCode >= FAILURE
  }

  async #settledAtEnd(): Promise<void> {
    await this.exchange.settled()
    await this.exchange.commitRest()
  }

  async #settledAtHead(): Promise<void> {
    await this.exchange.settled()
    await this.exchange.commitHead()
  }

  /** Stands before the response, if it is one. */
  #hold(): void {
    if (this.#held) return
    if (this.#res && isResponse(this.#res)) this.#held = new HeldResponse(this.#res, this)
    if (this.#res && isOver(this.#res)) this.#isAborted = true
    // A page with an open socket is not used, for as long as its user may have gone.
    if (!this.#held || this.#isAborted || isSocket(this.#res)) this.exchange.close()
  }
}

/** Whether nobody can be answered any more. HTTP/2's response says so by its stream alone. */
function isOver(
  res: Partial<ServerResponse> & { readonly stream?: { readonly destroyed: boolean } | undefined },
): boolean {
  return res.closed === true || res.destroyed === true || res.stream?.destroyed === true
}

/** Whether the "response" is of a request for a WebSocket, which ends with the socket. */
function isSocket(res: Partial<ServerResponse> | undefined): boolean {
  return res?.req?.headers.upgrade?.toLowerCase() === 'websocket'
}

function isResponse(res: Partial<ServerResponse>): boolean {
  return typeof res.getHeaders === 'function' && typeof res.once === 'function'
}

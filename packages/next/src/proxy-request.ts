import type { Session as View } from '@hazelcast-session/core'
import { SessionExchange } from '@hazelcast-session/core/adapter'
import type { CookieFlags, ResponseCookie, SessionHost } from '@hazelcast-session/core/adapter'
import { isHttps } from './scheme.ts'
import { SessionHandle } from './session-handle.ts'
import type { ChangeGate } from './session-handle.ts'
import { surfaceOf } from './session-surface.ts'
import type { Session } from './session.ts'
import type { SessionsConfig } from './sessions-config.ts'

/** One request as the proxy sees it, before any page does. */
export class ProxyRequest implements SessionHost, ChangeGate {
  readonly cookieHeader: string | undefined
  readonly isSecure: boolean
  readonly isHeadOpen = true
  readonly session: Session
  readonly #exchange: SessionExchange
  readonly #handle: SessionHandle
  readonly #cookies = new Map<string, ResponseCookie>()

  constructor(config: SessionsConfig, headers: Headers) {
    this.cookieHeader = headers.get('cookie') ?? undefined
    this.isSecure = isHttps(headers.get('x-forwarded-proto'))
    this.#exchange = new SessionExchange(config, this)
    this.#handle = new SessionHandle(config, this.#exchange, this)
    this.session = surfaceOf(this.#handle)
  }

  /** Whether the cookie would be written again, if there is such a session. Asks nobody. */
  get isCookieDue(): boolean {
    return this.#exchange.isCookieDue
  }

  /** Whether the browser has this session's id already, and would only be told of another worker. */
  get isKnownToBrowser(): boolean {
    return !this.#exchange.hasFailed && this.#handle.view?.id === this.#exchange.presentedId
  }

  /** Loads the session, if the request shows one. Never rejects. */
  async open(): Promise<void> {
    await this.#exchange.open()
  }

  /** Saves, and returns the cookies that are due. Rejects with what must not be answered as if it had been saved. */
  async commit(): Promise<ResponseCookie[]> {
    if (!this.#exchange.hasFailed) {
      await this.#exchange.settled()
      await this.#exchange.commitHead()
    }
    return [...this.#cookies.values()]
  }

  close(): void {
    this.#exchange.close()
  }

  setCookie(cookie: ResponseCookie): void {
    this.#cookies.set(cookie.name, cookie)
  }

  flagsOf(view: View): CookieFlags {
    return this.#handle.flagsOf(view, this.isSecure)
  }

  newId(): undefined {}

  show(): void {
    this.#handle.shown()
  }

  left(): View | null | undefined {
    return this.#handle.left
  }

  note(view: View): boolean {
    return this.#handle.note(view)
  }

  assertMayAssign(): void {}

  announce(): undefined {}
}

import type { ResponseCookie } from '@hazelcast-session/core/adapter'
import { FetchSessionHost } from './fetch-session-host.ts'
import type { Session } from './session.ts'

/** One request as the proxy sees it, before any page does. */
export class ProxyRequest extends FetchSessionHost {
  readonly isHeadOpen = true
  readonly #cookies = new Map<string, ResponseCookie>()

  get session(): Session {
    return this.surface
  }

  /** Whether the cookie would be written again, if there is such a session. Asks nobody. */
  get isCookieDue(): boolean {
    return this.exchange.isCookieDue
  }

  /** Whether the browser has this session's id already, and would only be told of another worker. */
  get isKnownToBrowser(): boolean {
    return !this.exchange.hasFailed && this.handle.view?.id === this.exchange.presentedId
  }

  /** Loads the session, if the request shows one. Never rejects. */
  async open(): Promise<void> {
    await this.exchange.open()
  }

  /** Saves, and returns the cookies that are due. Rejects with what must not be answered as if it had been saved. */
  async commit(): Promise<ResponseCookie[]> {
    await this.commitSession()
    return [...this.#cookies.values()]
  }

  close(): void {
    this.exchange.close()
  }

  setCookie(cookie: ResponseCookie): void {
    this.#cookies.set(cookie.name, cookie)
  }

  assertMayAssign(): void {}

  announce(): undefined {}
}

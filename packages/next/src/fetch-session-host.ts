import type { Session as View } from '@hazelcast-session/core'
import { SessionExchange } from '@hazelcast-session/core/adapter'
import type { CookieFlags, ResponseCookie, SessionHost } from '@hazelcast-session/core/adapter'
import { isHttps } from './scheme.ts'
import { SessionHandle } from './session-handle.ts'
import type { ChangeGate } from './session-handle.ts'
import { surfaceOf } from './session-surface.ts'
import type { Session } from './session.ts'
import type { SessionsConfig } from './sessions-config.ts'

/** A request of which there are headers, but no response of node that could be held: whoever has it says when to save. */
export abstract class FetchSessionHost implements SessionHost, ChangeGate {
  readonly cookieHeader: string | undefined
  readonly isSecure: boolean
  protected readonly exchange: SessionExchange
  protected readonly handle: SessionHandle
  /** The session, for who may change it. */
  protected readonly surface: Session

  constructor(config: SessionsConfig, headers: Pick<Headers, 'get'>) {
    this.cookieHeader = headers.get('cookie') ?? undefined
    this.isSecure = isHttps(headers.get('x-forwarded-proto'))
    this.exchange = new SessionExchange(config, this)
    this.handle = new SessionHandle(config, this.exchange, this)
    this.surface = surfaceOf(this.handle)
  }

  abstract get isHeadOpen(): boolean
  abstract setCookie(cookie: ResponseCookie): void
  abstract assertMayAssign(): void
  abstract announce(): Promise<void> | undefined

  flagsOf(view: View): CookieFlags {
    return this.handle.flagsOf(view, this.isSecure)
  }

  newId(): undefined {}

  show(): void {
    this.handle.shown()
  }

  left(): View | null | undefined {
    return this.handle.left
  }

  note(view: View): boolean {
    return this.handle.note(view)
  }

  failed(error: unknown, isHeard: () => boolean): void {
    this.exchange.unheard(error, isHeard)
  }

  /** Saves, and sets the cookies that are due. Rejects with what must not be answered as if it had been saved. */
  protected async commitSession(): Promise<void> {
    if (this.exchange.hasFailed) return
    await this.exchange.settled()
    await this.exchange.commitHead()
  }
}

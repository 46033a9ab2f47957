import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { cookieMaxAge, noteCookieLife } from '@hazelcast-session/core/adapter'
import type { CookieFlags, SessionExchange } from '@hazelcast-session/core/adapter'
import type { SessionsConfig } from './sessions-config.ts'

/** When a session may be changed, and what follows. */
export interface ChangeGate {
  /** Throws where a plain assignment would be saved by nobody. */
  assertMayAssign(): void
  /** Writes the cookie that an explicit change made due, if that does not happen by itself. */
  announce(): Promise<void> | undefined
  /** What the application asked for failed. `isHeard`: whether it waits for that, as is known when the answer leaves. */
  failed(error: unknown, isHeard: () => boolean): void
}

/** What an application does with the session of its request, whichever of Next's kinds of code that runs in. */
export class SessionHandle {
  readonly #config: SessionsConfig
  readonly #exchange: SessionExchange
  readonly #gate: ChangeGate
  #isOver = false
  /** The application said how long the session lives, whatever its cookie does. */
  #hasOwnInterval = false

  constructor(config: SessionsConfig, exchange: SessionExchange, gate: ChangeGate) {
    this.#config = config
    this.#exchange = exchange
    this.#gate = gate
  }

  /** The session, to look at; `undefined` when this request has ended it. Throws what the load failed with. */
  get view(): Session | undefined {
    return this.#isOver ? undefined : this.#exchange.session
  }

  /** What the application has left as its session, as a host is asked. */
  get left(): Session | null | undefined {
    if (this.#isOver) return null
    return this.#exchange.isShown ? this.#exchange.session : undefined
  }

  /** The flags that the session's cookie is written with. `isSecure`: the request's connection. */
  flagsOf(view: Session, isSecure: boolean): CookieFlags {
    const { domain, path, httpOnly, sameSite, partitioned, secure } = this.#config.cookieOptions
    const maxAge = cookieMaxAge(view, this.#usualMaxAge)
    return {
      domain,
      path,
      httpOnly,
      sameSite,
      partitioned: partitioned ? true : undefined,
      secure: secure === 'auto' ? isSecure : secure,
      maxAge: maxAge === null ? undefined : maxAge / 1000,
    }
  }

  /** Notes in the session how long its cookie lasts: on every worker it lives as long. */
  note(view: Session): true {
    const usualMaxAge = this.#usualMaxAge
    const defaultInterval = this.#config.manager.maxInactiveInterval
    const maxAge = cookieMaxAge(view, usualMaxAge)
    const { isIntervalGiven } = this.#config
    noteCookieLife(view, {
      maxAge,
      usualMaxAge,
      defaultInterval,
      keepsInterval: this.#hasOwnInterval,
      isIntervalGiven,
    })
    return true
  }

  /** The exchange has another session now. */
  shown(): void {
    this.#isOver = false
    this.#hasOwnInterval = false
  }

  /** The session, to assign something: a new one where this request has ended its own. */
  assigned(): Session {
    this.#gate.assertMayAssign()
    return this.#current()
  }

  set maxInactiveInterval(seconds: number) {
    this.assigned().maxInactiveInterval = seconds
    this.#hasOwnInterval = true
  }

  set cookieMaxAge(seconds: number | undefined) {
    const view = this.assigned()
    view.cookieMaxAge = seconds
    if (seconds !== undefined && seconds > 0 && !this.#hasOwnInterval) view.maxInactiveInterval = seconds
  }

  async set(name: string, value: unknown): Promise<void> {
    this.#current().data[name] = value
    await this.save()
  }

  async save(): Promise<void> {
    if (this.#isOver) return
    await this.#exchange.save(this.#current())
    await this.#gate.announce()
  }

  async update<R>(change: (data: SessionAttributes) => R): Promise<R> {
    const result = await this.#exchange.update(this.#current(), change)
    await this.#gate.announce()
    return result
  }

  async signIn(principal: string): Promise<void> {
    await this.#exchange.signIn(this.#current(), principal)
    await this.#gate.announce()
  }

  async changeId(): Promise<void> {
    await this.#exchange.changeId(this.#current())
    await this.#gate.announce()
  }

  /** What was asked for failed, and perhaps nobody waits for it. */
  failed(error: unknown, isHeard: () => boolean): void {
    this.#gate.failed(error, isHeard)
  }

  async reload(): Promise<void> {
    await this.#exchange.reload(this.#current())
  }

  async destroy(): Promise<void> {
    const { view } = this
    if (!view) return
    this.#isOver = true
    await this.#exchange.destroy(view)
    await this.#gate.announce()
  }

  /** Ms; null: until the browser closes. */
  get #usualMaxAge(): number | null {
    const { maxAge } = this.#config.cookieOptions
    return maxAge === undefined ? null : maxAge * 1000
  }

  #current(): Session {
    if (this.#isOver || !this.#exchange.session) this.#exchange.begin()
    const { session } = this.#exchange
    if (!session) throw new TypeError('Expected the request to have a session')
    return session
  }
}

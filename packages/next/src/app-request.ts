import { SessionError } from '@hazelcast-session/core'
import type { ResponseCookie } from '@hazelcast-session/core/adapter'
import { isControlFlow } from './control-flow.ts'
import { FetchSessionHost } from './fetch-session-host.ts'
import type { CookieJar } from './next-request.ts'
import { readonlySurfaceOf } from './session-surface.ts'
import type { Session } from './session.ts'
import type { SessionsConfig } from './sessions-config.ts'

/**
 * One request of the App Router, and its session: the same for the layout, the page and all that asks in between, and for
 * an action and what is rendered after it. Nobody says when rendering ends, so what changes a session has an end of its own.
 */
export class AppRequest extends FetchSessionHost {
  readonly #isAction: boolean
  readonly #readonlySurface: Session
  #opening: Promise<void> | undefined
  /** Where cookies are set; `undefined` while Next.js lets nobody set any. */
  #jar: CookieJar | undefined
  /** How many functions that change the session are under way, one inside the other. */
  #depth = 0
  /** The outermost of them has returned. */
  #isOver = false
  #hasSetCookie = false

  constructor(config: SessionsConfig, headers: Pick<Headers, 'get' | 'has'>) {
    super(config, headers)
    this.#isAction = headers.has('next-action')
    this.#readonlySurface = readonlySurfaceOf(this.surface)
  }

  /** The session, for who asks for it in passing: nothing is saved by itself. Rejects with what the load failed with. */
  async session(jar: CookieJar | undefined): Promise<Session> {
    // Nobody will say that this request has ended.
    if (this.#depth === 0) this.exchange.close()
    await this.#open()
    const { view } = this.handle
    if (jar === undefined) {
      view?.touch().catch(() => {})
      return this.#readonlySurface
    }
    this.#reopen(jar)
    return this.surface
  }

  /** Runs `change`, saves what it has changed, and writes the cookie. */
  async run<R>(jar: CookieJar | undefined, change: (session: Session) => R | Promise<R>): Promise<R> {
    if (jar === undefined) return change(await this.session(undefined))
    this.#reopen(jar)
    this.#depth++
    try {
      await this.#open()
      const result = await this.#answered(change)
      await this.commitSession()
      return result
    } finally {
      this.#depth--
      if (this.#depth === 0) this.#close()
    }
  }

  /** Whether this request has set a cookie. */
  get hasSetCookie(): boolean {
    return this.#hasSetCookie
  }

  /** Next.js renders the page anew after an action that has set a cookie, and not after one that only changed a session. */
  get announcesChanges(): boolean {
    return this.#isAction
  }

  get isHeadOpen(): boolean {
    return this.#jar !== undefined && !this.#isOver
  }

  setCookie({ name, value, flags }: ResponseCookie): void {
    if (!this.#jar || this.#isOver) throw tooLate()
    this.#jar.set(name, value, flags)
    this.#hasSetCookie = true
  }

  assertMayAssign(): void {
    if (this.#isOver) throw tooLate()
  }

  announce(): Promise<void> | undefined {
    return this.isHeadOpen ? this.exchange.commitHead() : undefined
  }

  override failed(error: unknown, isHeard: () => boolean): void {
    if (this.#depth > 0) super.failed(error, isHeard)
    else {
      setImmediate(() => {
        // oxlint-disable-next-line no-console -- as Next.js does with what nobody handles: no answer could tell of it
        if (!isHeard()) console.error(error)
      })
    }
  }

  #open(): Promise<void> {
    this.#opening ??= this.exchange.open() ?? Promise.resolve()
    return this.#opening
  }

  /** What `change` answers. Where it does so by throwing, as `redirect()` does, the session is saved before. */
  async #answered<R>(change: (session: Session) => R | Promise<R>): Promise<R> {
    try {
      return await change(this.surface)
    } catch (error) {
      if (isControlFlow(error)) await this.commitSession()
      throw error
    }
  }

  /** An action, or a handler, may have several functions that change the session, one after the other. */
  #reopen(jar: CookieJar): void {
    this.#jar = jar
    this.#isOver = false
  }

  #close(): void {
    this.#isOver = true
    this.exchange.close()
  }
}

function tooLate(): SessionError {
  return new SessionError(
    'SESSION_READONLY',
    'The function in `withSession` has returned, so that nothing saves what is assigned now, and no cookie can be set. ' +
      'In after(), or while a response is streamed, use `await session.set(name, value)` or `await session.update(…)`.',
  )
}

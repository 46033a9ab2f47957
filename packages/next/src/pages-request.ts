import { finished } from 'node:stream/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Session as View } from '@hazelcast-session/core'
import { NodeSessionHost } from '@hazelcast-session/core/adapter'
import type { CookieFlags } from '@hazelcast-session/core/adapter'
import { refusalOf } from './refusal.ts'
import { isHttps } from './scheme.ts'
import { SessionHandle } from './session-handle.ts'
import type { ChangeGate } from './session-handle.ts'
import { surfaceOf } from './session-surface.ts'
import type { Session } from './session.ts'
import type { SessionsConfig } from './sessions-config.ts'

/** One request of the Pages Router, where there is a response of node: it is held until the session is saved. */
export class PagesRequest extends NodeSessionHost implements ChangeGate {
  readonly isSecure: boolean
  readonly session: Session
  readonly #res: ServerResponse
  readonly #handle: SessionHandle
  #opening: Promise<void> | undefined

  constructor(config: SessionsConfig, req: IncomingMessage, res: ServerResponse) {
    super(config, req.headers.cookie, res)
    this.#res = res
    this.isSecure = isHttps([req.headers['x-forwarded-proto']].flat()[0])
    this.#handle = new SessionHandle(config, this.exchange, this)
    this.session = surfaceOf(this.#handle)
  }

  /** Resolves when the session can be asked for. Never rejects. */
  opened(): Promise<void> {
    this.#opening ??= this.open() ?? Promise.resolve()
    return this.#opening
  }

  /** Throws what the load failed with. */
  assertLoaded(): void {
    void this.#handle.view
  }

  /** Answers with an error of the session that the application did not catch. `false`: it is none, or it is too late. */
  refused(error: unknown): boolean {
    if (this.#res.headersSent || this.#res.writableEnded || !refusalOf(error)) return false
    this.refuse(error)
    return true
  }

  /** Resolves when the answer, if there is one already, has left or cannot any more. */
  async answered(): Promise<void> {
    if (this.#res.writableEnded) await finished(this.#res, { readable: false }).catch(() => {})
  }

  override flagsOf(view: View): CookieFlags {
    return this.#handle.flagsOf(view, this.isSecure)
  }

  override newId(): undefined {}

  override left(): View | null | undefined {
    return this.#handle.left
  }

  override note(view: View): boolean {
    return this.#handle.note(view)
  }

  assertMayAssign(): void {}

  announce(): undefined {}

  protected override present(): void {
    this.#handle.shown()
  }

  protected override fail(error: unknown): void {
    const { status, text, headers } = refusalOf(error) ?? { status: 500, text: 'Internal Server Error', headers: {} }
    // Next.js writes out what handlers throw, but this was met after they had returned.
    // oxlint-disable-next-line no-console
    if (status === 500) console.error(error)
    const res = this.#res
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    res.statusCode = status
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.end(text)
  }
}

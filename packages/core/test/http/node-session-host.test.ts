import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { RequestListener, Server, ServerResponse } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NodeSessionHost } from '../../src/http/node-session-host.ts'
import { SessionCookie } from '../../src/http/session-cookie.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'

const cookie = new SessionCookie('sid', ['secret'])

/** What an adapter is, at the least. */
class Host extends NodeSessionHost {
  #view: Session | undefined

  constructor(manager: SessionManager, id: string, res: ServerResponse) {
    const shared = { cookie, routeCookie: undefined, imports: undefined, rolling: false, unset: 'keep' } as const
    super(
      { ...shared, manager, saveUninitialized: false },
      `sid=${encodeURIComponent(cookie.write(id, {}).value)}`,
      res,
    )
  }

  get isSecure(): boolean {
    return true
  }

  flagsOf(): object {
    return {}
  }

  newId(): undefined {}

  left(): Session | undefined {
    return this.#view
  }

  note(): boolean {
    return true
  }

  /** Logs in with the session that the request came with. */
  async signIn(): Promise<void> {
    const { session } = this.exchange
    if (session) await this.exchange.signIn(session, 'bob')
  }

  protected override present(view: Session): void {
    this.#view = view
  }

  protected override fail(): void {}
}

interface Protocol {
  readonly name: string
  readonly serve: (listener: RequestListener) => Server
  /** Sends a request, and returns what makes its client go away. */
  readonly ask: (port: number) => () => void
}

const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'HTTP/1.1',
    serve: (listener) => createServer(listener),
    ask: (port) => {
      const request = get({ port, host: '127.0.0.1', agent: false }).on('error', () => {})
      return () => request.destroy()
    },
  },
  {
    name: 'HTTP/2',
    // Its responses are enough like those of HTTP/1.1, for frameworks and for us.
    serve: (listener) => Object(createServer2(Object(listener))),
    ask: (port) => {
      const client = connect(`http://127.0.0.1:${port}`).on('error', () => {})
      client.request({ ':path': '/' }).on('error', () => {})
      return () => client.destroy()
    },
  },
]

test.each(PROTOCOLS)(
  'a request of $name whose client went away before keeps nothing alive, and cannot log in',
  async ({ serve, ask }) => {
    const recordStore = new MemoryRecordStore()
    const replace = vi.spyOn(recordStore, 'replace')
    const manager = new SessionManager({ recordStore, sticky: false, maxInactiveInterval: 0.5, touchAfter: 0.001 })
    onTestFinished(() => manager.close())
    const session = manager.create({ data: { user: 'ann' } })
    await session.save()
    let arrive: (res: ServerResponse) => void = () => {}
    const arrived = new Promise<ServerResponse>((resolve) => void (arrive = resolve))
    const server = serve((_req, res) => arrive(res)).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port }: Partial<AddressInfo> = Object(server.address())
    const leave = ask(port ?? 0)
    const res = await arrived
    leave()
    await once(res, 'close')
    // Until a touch is due.
    await pause(20)
    const host = new Host(manager, session.id, res)
    await host.open()
    expect([host.isAborted, host.isHeadOpen]).toEqual([true, false])
    await expect(host.signIn()).rejects.toMatchObject({ code: 'HEADERS_SENT' })
    // A session in its last moments is touched at once, by whoever keeps it alive.
    await pause(20)
    expect(replace).not.toHaveBeenCalled()
  },
)

import type { SessionAttributes } from '../attribute-view.ts'
import { SessionError } from '../session-error.ts'
import type { SessionManager } from '../session-manager.ts'
import type { SessionEnd, WatchOptions } from '../session-watch.ts'
import type { Session } from '../session.ts'
import { RequestSession } from './request-session.ts'
import type { RequestSessionConfig } from './request-session.ts'

/** A request that asks for another protocol: node's, or anything with its headers. */
export interface UpgradeRequest {
  readonly headers: { readonly cookie?: string | undefined }
}

/** What is needed of a WebSocket: one of `ws`, or one that is like it. */
export interface SessionSocket {
  /** 2 and 3: it is closing, or closed. */
  readonly readyState: number
  on(event: 'message', listener: () => void): unknown
  on(event: 'close', listener: () => void): unknown
  close(code: number, reason: string): void
  /** Ends the connection although the other side has not answered. */
  terminate?(): void
}

/** How a socket is bound to its session. */
export interface SocketOptions extends WatchOptions {
  /** The close code when the session has ended. @default 1008, "policy violation" */
  readonly code?: number | undefined
}

const POLICY_VIOLATION = 1008
const GOING_AWAY = 1001
const CLOSING = 2
/** Ms that the other side has to answer when a socket is closed. */
const CLOSE_LIMIT = 2000

/** The session that a WebSocket was opened with, for as long as the socket is open. */
export class SocketSession<Data extends object = SessionAttributes> {
  readonly #manager: SessionManager
  readonly #session: Session

  /** @internal It comes from `upgrade` of an adapter. */
  constructor(manager: SessionManager, session: Session) {
    this.#manager = manager
    this.#session = session
  }

  /** The bare id. A socket stays with it: a session that gets a new one has ended for this socket. */
  get id(): string {
    return this.#session.id
  }

  /** Whom the session belonged to when the socket was opened. */
  get principal(): string | undefined {
    return this.#session.principal
  }

  /**
   * The attributes as they are now; to change them changes nothing. Rejects with `SESSION_ENDED`, and with
   * `STORE_UNAVAILABLE`.
   */
  async read(): Promise<Partial<Data>> {
    const { data } = await this.#open()
    return declared(data)
  }

  /**
   * Changes the session atomically in the cluster, as a request's `update` does: `change` is synchronous and may run again;
   * what it returns is returned. Rejects as `read` does.
   */
  async update<R>(change: (data: Partial<Data>) => R): Promise<R> {
    const session = await this.#open()
    return session.update((data) => change(declared(data)))
  }

  /** Ends the session everywhere, and so its sockets. `false`: it had ended. Rejects when nothing confirms it. */
  end(): Promise<boolean> {
    return this.#manager.end(this.id)
  }

  /**
   * Binds a socket to the session. Each message is a use of the session and keeps it alive, as a request does; pings are
   * not. When the session ends, anywhere and however, the socket is closed with `code`, and the reason says how: `session
   * invalidated`, `revoked`, `expired`, `renamed` (it has a new id: the browser may connect again) or `gone`; when this
   * manager is closed, with 1001. Who does not answer that is cut off after two seconds. Throws a TypeError for a `code` that no
   * socket can be closed with.
   */
  bind(socket: SessionSocket, { code = POLICY_VIOLATION, checkPeriod }: SocketOptions = {}): void {
    if (!isCloseCode(code)) {
      throw new TypeError(
        `Expected \`code\` to be a close code of WebSockets, 1000 or 3000 to 4999 for example, got \`${code}\``,
      )
    }
    if (socket.readyState >= CLOSING) return
    const stop = this.#manager.watch(this.id, (how) => close(socket, how === 'closed' ? GOING_AWAY : code, how), {
      checkPeriod,
    })
    socket.on('message', () => this.touch())
    socket.on('close', stop)
  }

  /** Says that the session is in use; the store is told every `touchAfter` seconds at most. `bind` does so for messages. */
  touch(): void {
    this.#session.touch().catch(() => {})
  }

  async #open(): Promise<Session> {
    const opened = await this.#manager.open(this.id, this.#manager.worker.name)
    if (opened.kind === 'live') return opened.session
    throw new SessionError('SESSION_ENDED', 'The session that this socket was opened with has ended.')
  }
}

/**
 * The session that an upgrade request shows. `undefined`: it shows none, a forged one, or one that has ended. Rejects with
 * `STORE_UNAVAILABLE` when that cannot be found out now. No answer is written, and no cookie.
 */
export async function openSocketSession<Data extends object>(
  config: RequestSessionConfig,
  { headers }: UpgradeRequest,
): Promise<SocketSession<Data> | undefined> {
  const request = new RequestSession(config, { cookieHeader: headers.cookie, setCookie: () => {} })
  await request.open()
  // From now on messages keep the session alive, and nothing else.
  request.close()
  const { session } = request
  if (!session) return undefined
  const opened = new SocketSession<Data>(config.manager, session)
  opened.touch()
  return opened
}

/** The attributes as the application declares them, which nobody can check. */
function declared<Data>(data: SessionAttributes): Partial<Data> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above: there is nothing to check it by
  return data as Partial<Data>
}

/** Whether an endpoint may send it (RFC 6455, 7.4; and the registry of what came later). */
function isCloseCode(code: number): boolean {
  const isOfProtocol = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
  return Number.isInteger(code) && (isOfProtocol || (code >= 3000 && code <= 4999))
}

function close(socket: SessionSocket, code: number, how: SessionEnd): void {
  setTimeout(() => socket.terminate?.(), CLOSE_LIMIT).unref()
  socket.close(code, how === 'closed' ? 'server is going away' : `session ${how}`)
}

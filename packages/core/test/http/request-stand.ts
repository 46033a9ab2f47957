import type { HttpExchange } from '../../src/http/http-exchange.ts'
import { RequestSession } from '../../src/http/request-session.ts'
import type { ResponseCookie } from '../../src/http/response-cookie.ts'
import { setCookieHeader } from '../../src/http/response-cookie.ts'
import { SessionCookie } from '../../src/http/session-cookie.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import type { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { managed } from '../saving/managed.ts'
import type { Managed } from '../saving/managed.ts'

export const ID = 'HZ0123456789ABCDEF0123456789ABCDEF'
export const NAME = 'connect.sid'
const SECRETS = ['new secret', 'old secret']

export interface StandOptions extends SessionManagerOptions {
  readonly routeCookie?: string
}

/** A request that arrives with these cookies, at this worker. */
interface Arrival {
  readonly request: RequestSession
  /** The cookies that its answer carries. */
  readonly answered: readonly ResponseCookie[]
  /** Values of these cookies by name, signatures left out. */
  readonly values: () => Record<string, string>
}

/** Some workers over one store, where requests arrive. */
export interface RequestStand extends Managed {
  /** Stores a session under `id`. */
  readonly stored: (id?: string, data?: Readonly<Record<string, unknown>>) => Promise<Session>
  readonly arrive: (cookieHeader: string | undefined, at?: SessionManager) => Promise<Arrival>
}

export function requestStand({ routeCookie, ...options }: StandOptions = {}): RequestStand {
  const base = managed(options)
  const stored = async (id: string = ID, data: Readonly<Record<string, unknown>> = { a: 1 }): Promise<Session> => {
    const session = base.manager.create({ id, data })
    await session.save()
    return session
  }
  const arrive = async (cookieHeader: string | undefined, manager = base.manager): Promise<Arrival> => {
    const answered: ResponseCookie[] = []
    const exchange: HttpExchange = { cookieHeader, setCookie: (cookie) => void answered.push(cookie) }
    const request = new RequestSession(
      { manager, cookie: new SessionCookie(NAME, SECRETS), routeCookie, imports: undefined },
      exchange,
    )
    await base.clock.until(request.open())
    return {
      request,
      answered,
      values: () => Object.fromEntries(answered.map(({ name, value }) => [name, bare(value)])),
    }
  }
  return { ...base, stored, arrive }
}

/** A `Cookie` header with this value, signed by the first secret, or by another. */
export function cookieOf(value: string, secret: string = SECRETS[0] ?? ''): string {
  const [pair = ''] = setCookieHeader(new SessionCookie(NAME, [secret]).write(value, {})).split(';')
  return pair
}

/** Without the mark and the signature. */
function bare(value: string): string {
  return value.startsWith('s:') ? value.slice(2, value.lastIndexOf('.')) : value
}

/** The code that a call throws; `undefined` when it does not. */
export function codeOf(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

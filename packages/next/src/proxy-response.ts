import type { ResponseCookie } from '@hazelcast-session/core/adapter'
import type * as NextServer from 'next/server.js'
import type { NextRequest, NextResponse as NextResponseType } from 'next/server.js'
import { UNCACHED } from './uncached.ts'

/** How `NextResponse.next()` hands on headers of the request. Other headers are built by it; this one may have to be mended. */
const OVERRIDDEN = 'x-middleware-override-headers'
const COOKIE_OVERRIDE = 'x-middleware-request-cookie'

export interface ProxyAnswer {
  readonly req: NextRequest
  /** What the application's own proxy answered, if it did. */
  readonly own: Response | undefined
  readonly cookies: readonly ResponseCookie[]
  /** Whether the browser is told of the cookies as well, and not only what runs behind the proxy. */
  readonly isForBrowser: boolean
}

/** The proxy's answer, with the session's cookies in it: for the browser, and for all that runs behind the proxy. */
export function proxyResponse({ NextResponse }: typeof NextServer, answer: ProxyAnswer): NextResponseType {
  const { req, own, cookies, isForBrowser } = answer
  const res =
    own === undefined ? NextResponse.next() : own instanceof NextResponse ? own : new NextResponse(own.body, own)
  if (cookies.length === 0) return res
  if (res.headers.has('x-middleware-next') || res.headers.has('x-middleware-rewrite'))
    override(NextResponse, req, res, cookies)
  if (!isForBrowser) return res
  // Not appended as headers: a later `res.cookies.set` of anybody would drop them.
  for (const { name, value, flags } of cookies) res.cookies.set(name, value, defined(flags))
  res.headers.set('Cache-Control', UNCACHED)
  return res
}

/** Pages, handlers and actions read the request's cookies from its header. */
function override(
  NextResponse: (typeof NextServer)['NextResponse'],
  req: NextRequest,
  res: NextResponseType,
  cookies: readonly ResponseCookie[],
): void {
  const overridden = res.headers.get(OVERRIDDEN)
  const header = withCookies(res.headers.get(COOKIE_OVERRIDE) ?? req.headers.get('cookie') ?? '', cookies)
  if (overridden === null) {
    const headers = new Headers(req.headers)
    headers.set('cookie', header)
    for (const [name, value] of NextResponse.next({ request: { headers } }).headers) {
      if (name.startsWith('x-middleware-request-') || name === OVERRIDDEN) res.headers.set(name, value)
    }
    return
  }
  if (!overridden.split(',').includes('cookie')) res.headers.set(OVERRIDDEN, `${overridden},cookie`)
  res.headers.set(COOKIE_OVERRIDE, header)
}

/** A `Cookie` header in which these cookies are as they will be in the next one; all others stay as they are. */
function withCookies(header: string, cookies: readonly ResponseCookie[]): string {
  const names = new Set(cookies.map(({ name }) => name))
  const others = header.split(';').filter((piece) => piece.trim() !== '' && !names.has(nameOf(piece)))
  const ours = cookies
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
  return [...others.map((piece) => piece.trim()), ...ours].join('; ')
}

function nameOf(piece: string): string {
  const [name = ''] = piece.split('=', 1)
  return name.trim()
}

function defined<Flags extends object>(flags: Flags): Partial<Flags> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same flags, less those that are undefined
  return Object.fromEntries(Object.entries(flags).filter(([, flag]) => flag !== undefined)) as Partial<Flags>
}

import type { NextRequest, NextResponse } from 'next/server.js'
import { proxyResponse } from './proxy-response.ts'
import type { ProxyRequest } from './proxy-request.ts'
import { refusalOf, refusalResponse } from './refusal.ts'
import type { Session } from './session.ts'

/** Runs the application's own proxy, if there is one, and answers with what became of the session. */
export async function runProxy(
  req: NextRequest,
  request: ProxyRequest,
  callback: ((session: Session) => unknown) | undefined,
): Promise<NextResponse | Response> {
  if (callback || request.isCookieDue) await request.open()
  try {
    const own = await callback?.(request.session)
    const cookies = await request.commit()
    const isForBrowser = !request.isKnownToBrowser || !isSilent(req)
    const server = await import('next/server.js')
    return proxyResponse(server, { req, own: own instanceof Response ? own : undefined, cookies, isForBrowser })
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return refusalResponse(refusal)
  } finally {
    request.close()
  }
}

/**
 * Whether the browser is better not told of another worker's name in the cookie. For a Server Action a cookie means that
 * everything has changed; a prefetch is not a visit.
 */
function isSilent({ headers }: NextRequest): boolean {
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose') ?? ''
  return headers.has('next-action') || purpose.includes('prefetch')
}

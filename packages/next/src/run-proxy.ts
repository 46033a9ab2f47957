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
  const audience = audienceOf(req)
  if (callback || (request.isCookieDue && audience !== 'nobody')) await request.open()
  try {
    const own = await callback?.(request.session)
    const due = await request.commit()
    // What the callback changed is for everybody.
    const told = request.isKnownToBrowser ? audience : 'everybody'
    const cookies = told === 'nobody' ? [] : due
    const server = await import('next/server.js')
    const answer = { req, cookies, isForBrowser: told === 'everybody', own: own instanceof Response ? own : undefined }
    return proxyResponse(server, answer)
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return refusalResponse(refusal)
  } finally {
    request.close()
  }
}

/** Who is told that a session has come to this worker. */
type Audience = 'everybody' | 'pages' | 'nobody'

/**
 * The answer may leave long after this has been decided, and a log-in's cookie must not be replaced by then. So a request that
 * changes something is left to its handler, which knows better at its end. To a Server Action a cookie would mean that
 * everything has changed; a prefetch is no visit.
 */
function audienceOf({ method, headers }: NextRequest): Audience {
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose') ?? ''
  if (headers.has('next-action') || purpose.includes('prefetch')) return 'pages'
  return method === 'GET' || method === 'HEAD' ? 'everybody' : 'nobody'
}

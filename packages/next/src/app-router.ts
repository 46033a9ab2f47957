import type { ApplicationSessions } from './application-sessions.ts'
import { httpErrorStatus } from './control-flow.ts'
import { digested } from './digest.ts'
import { nextRequest } from './next-request.ts'
import { refusalOf, refusalResponse } from './refusal.ts'
import type { Session } from './session.ts'
import { typedSession } from './typed-session.ts'
import { uncached } from './uncached.ts'

/** What `getSession()` gives in the App Router. */
export async function appSession<Data>(application: () => ApplicationSessions): Promise<Session<Data>> {
  return digested(async () => {
    const { headers, jar } = await nextRequest()
    return typedSession<Data>(await application().appRequest(headers).session(jar))
  })
}

/** `Sessions.withSession`. */
export function withAppSession<Data, Args extends unknown[], Result>(
  application: () => ApplicationSessions,
  change: (session: Session<Data>, ...args: Args) => Result | Promise<Result>,
): (...args: Args) => Promise<Result> {
  return (...args) =>
    digested(async () => {
      const { headers, jar } = await nextRequest()
      const request = application().appRequest(headers)
      const running = request.run(jar, (session) => change(typedSession(session), ...args))
      // No action is called with a request.
      if (!(args[0] instanceof Request)) return running
      const handling = handled(running, () => request.hasSetCookie)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the result of a Route Handler is a response
      return handling as Promise<Result>
    })
}

/** What a Route Handler answers: its response, kept out of caches where it carries our cookie; or that it could not be saved. */
async function handled(running: Promise<unknown>, hasSetCookie: () => boolean): Promise<unknown> {
  try {
    const response = await running
    return response instanceof Response && hasSetCookie() ? uncached(response) : response
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal) return refusalResponse(refusal)
    const status = httpErrorStatus(error)
    // Next.js answers with the same, but without the cookies.
    if (status !== undefined && hasSetCookie()) return uncached(new Response(null, { status }))
    throw error
  }
}

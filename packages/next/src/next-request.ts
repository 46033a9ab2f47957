import { SessionError } from '@hazelcast-session/core'
import type { CookieFlags } from '@hazelcast-session/core/adapter'

/** Where cookies of the answer are set. */
export interface CookieJar {
  set(name: string, value: string, flags: CookieFlags): unknown
}

/** What Next.js says of the request under way. */
export interface NextRequestParts {
  /** The same object for all code of one request. */
  readonly headers: Headers
  /** `undefined` where no cookie can be set. */
  readonly jar: CookieJar | undefined
}

/** How Next.js says that there is no request here, or none that may be looked at. All else that it throws is its own business. */
const NO_REQUEST = /outside a request scope|headers(\(\))?["`] (can't be read )?inside/

/**
 * The request under way. Rejects with `OUTSIDE_REQUEST` where there is none. What Next.js throws to give up prerendering
 * passes, and where it never resolves, nor does this.
 */
export async function nextRequest(): Promise<NextRequestParts> {
  // Not at the top of a module: files of the Pages Router may import that, and must not import this.
  const { headers: readHeaders, cookies: readCookies } = await import('next/headers.js')
  try {
    const headers = await readHeaders()
    if (headers.keys().next().done === true) throw withoutRequest()
    const cookies = await readCookies()
    // A sealed jar has one function for both, which throws.
    const isSealed = Reflect.get(cookies, 'set') === Reflect.get(cookies, 'delete')
    return { headers, jar: isSealed ? undefined : cookies }
  } catch (error) {
    throw error instanceof Error && NO_REQUEST.test(error.message) ? withoutRequest(error) : error
  }
}

function withoutRequest(cause?: Error): SessionError {
  return new SessionError(
    'OUTSIDE_REQUEST',
    'There is no request here, so there is no session: not at build time, in generateStaticParams, in a page with ' +
      "`dynamic = 'force-static'`, in a function with 'use cache', in a timer, or in after() of a component. Ask for the " +
      'session in what runs for a request, and hand on what is needed of it.',
    { cause },
  )
}

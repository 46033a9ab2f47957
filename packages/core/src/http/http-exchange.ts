import type { ResponseCookie } from './response-cookie.ts'

/** One request and its response, as far as sessions are concerned. Each kind of host has one implementation. */
export interface HttpExchange {
  /** The request's `Cookie` header, all of it. */
  readonly cookieHeader: string | undefined
  /** Adds a cookie to those that are there. Throws `HEADERS_SENT` when the headers are gone. */
  setCookie(cookie: ResponseCookie): void
}

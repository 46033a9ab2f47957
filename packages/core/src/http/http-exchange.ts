/** One request and its response, as far as sessions are concerned. Each kind of host has one implementation. */
export interface HttpExchange {
  /** The request's `Cookie` header, all of it. */
  readonly cookieHeader: string | undefined
  /** Adds one `Set-Cookie` header to those that are there. Throws `HEADERS_SENT` when the headers are gone. */
  setCookie(header: string): void
}

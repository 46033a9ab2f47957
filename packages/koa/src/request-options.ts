import type { MiddlewareOptions } from './middleware-options.ts'
import { cookieName, cookieTerms } from './middleware-options.ts'
import { ONE_DAY } from './library-session.ts'

/** Flags of the cookie, for one answer. */
type AnswerTerms = { -readonly [Name in keyof ReturnType<typeof cookieTerms>]: ReturnType<typeof cookieTerms>[Name] }

/** `ctx.sessionOptions`: the middleware's options, for one request, which may change how long its cookie lasts, and its flags. */
export interface RequestOptions extends AnswerTerms {
  readonly key: string
  /** Ms that the cookie of this request's session lasts. */
  maxAge: number | 'session'
  readonly autoCommit: boolean
  readonly rolling: boolean
  readonly renew: boolean
}

/** What every request starts with. `hasInterval`: whether somebody said how long a session lives without a request. */
export function requestOptions(options: MiddlewareOptions, hasInterval: boolean): Readonly<RequestOptions> {
  const { autoCommit, rolling, renew } = options
  const maxAge = options.maxAge ?? (hasInterval ? 'session' : ONE_DAY)
  return { ...cookieTerms(options), key: cookieName(options), maxAge, autoCommit, rolling, renew }
}

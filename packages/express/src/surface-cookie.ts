import type { Session } from '@hazelcast-session/core'
import session from 'express-session'
import { cookieOf } from './cookie-settings.ts'
import { isSecure } from './is-secure.ts'
import type { MiddlewareOptions, Request } from './middleware-options.ts'

/** The cookie of a new session: what the options say for this request. */
export function newCookie(options: MiddlewareOptions, req: Request): session.Cookie {
  const cookie = Object.assign(new session.Cookie(), optionsFor(options, req))
  if (cookie.secure === 'auto') cookie.secure = isSecure(req, options.proxy)
  // The library understands it; its types do not.
  const sameSite: unknown = cookie.sameSite
  if (sameSite === 'auto') cookie.sameSite = isSecure(req, options.proxy) ? 'none' : 'lax'
  return cookie
}

/** What the options give to every session, for comparison with what one session has. */
export function usualCookie(options: MiddlewareOptions, req: Request): session.Cookie {
  return newCookie(options, req)
}

/** The cookie of a session that was loaded: flags from the options, the max age its own where it has one. */
export function loadedCookie(view: Session, options: MiddlewareOptions, req: Request): session.Cookie {
  const { expires, originalMaxAge, ...flags } = cookieOf(view, newCookie(options, req))
  const cookie = Object.assign(new session.Cookie(), flags)
  cookie.expires = expires ?? null
  // After `expires`, whose setter computes it anew and a little less.
  cookie.originalMaxAge = originalMaxAge
  return cookie
}

function optionsFor({ cookie }: MiddlewareOptions, req: Request): session.CookieOptions {
  return typeof cookie === 'function' ? cookie(req) : cookie
}

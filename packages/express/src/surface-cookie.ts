import type { Session } from '@hazelcast-session/core'
import type { CookieFlags } from '@hazelcast-session/core/adapter'
import session from 'express-session'
import { isSecure } from './is-secure.ts'
import type { CookieFlagSettings, MiddlewareOptions, Request } from './middleware-options.ts'

/** What the options say of the cookies of one request. `cookie` may be a function: ask once in a request. */
export function cookieOptions({ cookie }: MiddlewareOptions, req: Request): CookieFlagSettings {
  if (typeof cookie === 'function') return cookie(req)
  if (cookie.name === undefined) return cookie
  const { name: _, ...flags } = cookie
  return flags
}

/** The cookie of a new session. */
export function newCookie(options: CookieFlagSettings, req: Request, proxy: boolean | undefined): session.Cookie {
  const cookie: session.Cookie = Object.assign(new session.Cookie(), options)
  if (cookie.secure === 'auto') cookie.secure = isSecure(req, proxy)
  if (options.sameSite === 'auto') cookie.sameSite = isSecure(req, proxy) ? 'none' : 'lax'
  return cookie
}

/**
 * Gives the cookie of a loaded session the max age that is its own, where it has one, and lets it expire as long after
 * the last request: at the end of this one it is renewed.
 */
export function restoreMaxAge(cookie: session.Cookie, view: Session): void {
  const seconds = view.cookieMaxAge ?? (cookie.originalMaxAge === null ? -1 : cookie.originalMaxAge / 1000)
  const maxAge = seconds < 0 ? null : seconds * 1000
  cookie.expires = maxAge === null ? null : new Date(view.lastAccessedAt + maxAge)
  // After `expires`, whose setter computes it anew.
  cookie.originalMaxAge = maxAge
}

/** The flags that a session's cookie is written with. */
export function flagsOf(cookie: session.Cookie): CookieFlags {
  const { path, domain, httpOnly, secure, sameSite, partitioned, priority, expires }: session.CookieOptions = cookie
  return {
    path,
    domain,
    httpOnly,
    secure: secure === true,
    sameSite,
    partitioned,
    priority,
    expires: expires ?? undefined,
  }
}

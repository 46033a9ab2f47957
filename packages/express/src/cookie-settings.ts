import type { Session } from '@hazelcast-session/core'
import type session from 'express-session'

/** A cookie as the library keeps it; the class it makes of it has the same fields. */
type CookieFields = session.Cookie

/** The share of a max age that may get lost without anybody having changed it. */
const DRIFT = 0.001

/** What the library gives to a session's cookie when nothing else is said. */
export const PLAIN_COOKIE: Readonly<CookieFields> = { path: '/', httpOnly: true, originalMaxAge: null }

/**
 * The cookie a session is loaded with: flags from the middleware's options, so that a change of theirs reaches every
 * session, and the max age from the record, where the session has one of its own.
 */
export function cookieOf(view: Session, usual: Readonly<CookieFields>): CookieFields {
  const { originalMaxAge: usualMaxAge, ...flags } = ownFields(usual)
  const seconds = view.cookieMaxAge
  const maxAge = seconds === undefined ? usualMaxAge : seconds < 0 ? null : seconds * 1000
  return { ...flags, expires: maxAge === null ? null : new Date(Date.now() + maxAge), originalMaxAge: maxAge }
}

/** A cookie's fields without `expires`, which the library's class hides behind `_expires`. */
export function ownFields(cookie: Readonly<CookieFields>): CookieFields {
  const { path, domain, httpOnly, secure, sameSite, originalMaxAge } = cookie
  const others = Object.entries(cookie).filter(([name]) => name === 'partitioned' || name === 'priority')
  return { ...Object.fromEntries(others), path, domain, httpOnly, secure, sameSite, originalMaxAge }
}

/**
 * Notes in the view what the session's cookie says about its life. A cookie that lasts until the browser closes is
 * worth noting only where the middleware's own cookies last longer.
 *
 * @param keepsInterval the application has just said how long the session lives, whatever its cookie does
 * @returns `false` when the cookie says that the session is over: its max age is 0 or less.
 */
export function noteCookie(
  view: Session,
  cookie: Readonly<CookieFields>,
  usual: Pick<CookieFields, 'originalMaxAge'>,
  defaultInterval: number,
  keepsInterval = false,
): boolean {
  const maxAge = cookie.originalMaxAge
  if (typeof maxAge === 'number') {
    if (maxAge > 0) note(view, maxAge / 1000, keepsInterval ? undefined : maxAge / 1000)
    return maxAge > 0
  }
  if (view.cookieMaxAge === undefined && typeof usual.originalMaxAge !== 'number') return true
  note(view, -1, keepsInterval ? undefined : defaultInterval)
  return true
}

/** The interval goes with the max age when that changes: until then the session may have been given one of its own. */
function note(view: Session, cookieMaxAge: number, maxInactiveInterval: number | undefined): void {
  if (isSame(view.cookieMaxAge, cookieMaxAge)) return
  view.cookieMaxAge = cookieMaxAge
  if (maxInactiveInterval !== undefined) view.maxInactiveInterval = maxInactiveInterval
}

/**
 * The library computes a max age anew, from two readings of the clock, each time it renews a cookie. What passed between
 * the two must not make a write of every such request.
 */
function isSame(before: number | undefined, seconds: number): boolean {
  return before !== undefined && Math.abs(before - seconds) <= Math.abs(seconds) * DRIFT
}

import { LONGEST_INTERVAL } from '../session-lifetime.ts'
import type { Session } from '../session.ts'

/** The share of a max age that may get lost without anybody having changed it. */
const DRIFT = 0.001
/** What a record says of a cookie that lasts until the browser closes. */
const BROWSER_SESSION = -1

/** What the cookie of a session says about its life. */
export interface CookieLife {
  /** Ms that the session's cookie lasts; `undefined` or null: until the browser closes. */
  readonly maxAge: number | null | undefined
  /** The same of the application's own cookies, where nobody changed anything. */
  readonly usualMaxAge: number | null | undefined
  /** Seconds that a session lives whose cookie lasts until the browser closes. */
  readonly defaultInterval: number
  /** The application has just said how long the session lives, whatever its cookie does. @default false */
  readonly keepsInterval?: boolean
  /** It says how long all its sessions live (`isIntervalGiven`), whatever its usual cookies do. @default false */
  readonly isIntervalGiven?: boolean
}

/** Ms that the cookie of a stored session lasts: its own max age, where it has one; null: until the browser closes. */
export function cookieMaxAge(view: Session, usualMaxAge: number | null): number | null {
  const seconds = view.cookieMaxAge
  if (seconds === undefined) return usualMaxAge
  return seconds < 0 ? null : seconds * 1000
}

/**
 * Notes in the view what the session's cookie says about its life. A cookie that lasts until the browser closes is
 * worth noting only where the application's own cookies last longer.
 *
 * @returns `false` when the cookie says that the session is over: its max age is 0 or less.
 */
export function noteCookieLife(view: Session, life: CookieLife): boolean {
  const { maxAge, usualMaxAge, defaultInterval, keepsInterval = false } = life
  if (typeof maxAge === 'number') {
    // Another application's session: what this one's cookies are like is nothing that became of it.
    const isForeign = !view.isNew && view.cookieMaxAge === undefined
    if (isForeign && typeof usualMaxAge === 'number' && isSame(usualMaxAge, maxAge)) return maxAge > 0
    if (maxAge > 0) note(view, maxAge / 1000, keepsInterval ? undefined : intervalOf(view, maxAge, life))
    return maxAge > 0
  }
  if (view.cookieMaxAge === undefined && typeof usualMaxAge !== 'number') return true
  note(view, BROWSER_SESSION, keepsInterval ? undefined : defaultInterval)
  return true
}

/** Seconds that a session lives whose cookie gets this max age; `undefined`: as long as it does. */
function intervalOf(view: Session, maxAge: number, life: CookieLife): number | undefined {
  const { usualMaxAge, defaultInterval, isIntervalGiven = false } = life
  if (!isIntervalGiven || typeof usualMaxAge !== 'number' || !isSame(usualMaxAge, maxAge)) return maxAge / 1000
  return view.cookieMaxAge === undefined ? undefined : defaultInterval
}

/** The interval goes with the max age when that changes: until then the session may have been given one of its own. */
function note(view: Session, maxAge: number, maxInactiveInterval: number | undefined): void {
  if (isSame(view.cookieMaxAge, maxAge)) return
  view.cookieMaxAge = maxAge
  // "For ever" is longer than any session may go unused.
  if (maxInactiveInterval !== undefined) view.maxInactiveInterval = Math.min(maxInactiveInterval, LONGEST_INTERVAL)
}

/**
 * Libraries compute a max age anew, from two readings of the clock, each time they renew a cookie. What passed between
 * the two must not make a write of every such request.
 */
function isSame(before: number | undefined, maxAge: number): boolean {
  return before !== undefined && Math.abs(before - maxAge) <= Math.abs(maxAge) * DRIFT
}

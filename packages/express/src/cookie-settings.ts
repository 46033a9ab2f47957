import type { Session } from '@hazelcast-session/core'
import { cookieMaxAge, noteCookieLife } from '@hazelcast-session/core/adapter'
import type session from 'express-session'

/** A cookie as the library keeps it; the class it makes of it has the same fields. */
type CookieFields = session.Cookie

/** What the library gives to a session's cookie when nothing else is said. */
export const PLAIN_COOKIE: Readonly<CookieFields> = { path: '/', httpOnly: true, originalMaxAge: null }

/**
 * The cookie a session is loaded with: flags from the middleware's options, so that a change of theirs reaches every
 * session, and the max age from the record, where the session has one of its own.
 */
export function cookieOf(view: Session, usual: Readonly<CookieFields>): CookieFields {
  const { originalMaxAge: usualMaxAge, ...flags } = ownFields(usual)
  const maxAge = cookieMaxAge(view, usualMaxAge)
  return { ...flags, expires: maxAge === null ? null : new Date(view.lastAccessedAt + maxAge), originalMaxAge: maxAge }
}

/** A cookie's fields without `expires`, which the library's class hides behind `_expires`. */
export function ownFields(cookie: Readonly<CookieFields>): CookieFields {
  const { path, domain, httpOnly, secure, sameSite, originalMaxAge } = cookie
  const others = Object.entries(cookie).filter(([name]) => name === 'partitioned' || name === 'priority')
  return { ...Object.fromEntries(others), path, domain, httpOnly, secure, sameSite, originalMaxAge }
}

/**
 * Notes in the view what the session's cookie says about its life.
 *
 * @returns `false` when the cookie says that the session is over: its max age is 0 or less.
 */
export function noteCookie(
  view: Session,
  cookie: Pick<CookieFields, 'originalMaxAge'>,
  usual: Pick<CookieFields, 'originalMaxAge'>,
  defaultInterval: number,
): boolean {
  const { originalMaxAge: maxAge } = cookie
  return noteCookieLife(view, { maxAge, usualMaxAge: usual.originalMaxAge, defaultInterval })
}

/** What the cookie of a session that a store keeps says of its life. */
export interface StoredLife {
  /** When the session ends by it, in epoch ms. */
  readonly end: number
  /** In ms; null: until the browser closes; `undefined`: it does not say. */
  readonly maxAge: number | null | undefined
}

/** Reads the cookie of a session that a store, or whoever copies from one, kept: of the date it may have made a text. */
export function storedLife(cookie: unknown): StoredLife {
  const { expires, originalMaxAge }: { expires?: Date | string | null; originalMaxAge?: unknown } = Object(cookie)
  const time = expires ? new Date(expires).getTime() : Infinity
  const end = Number.isNaN(time) ? Infinity : time
  if (typeof originalMaxAge === 'number') return { end, maxAge: originalMaxAge }
  if (end < Infinity) return { end, maxAge: end - Date.now() }
  return { end, maxAge: originalMaxAge === undefined ? undefined : null }
}

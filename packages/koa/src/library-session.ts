import type { Session, SessionAttributes } from '@hazelcast-session/core'
import { noteCookieLife } from '@hazelcast-session/core/adapter'

/** Ms that a session lives for koa-session where nothing is said. */
export const ONE_DAY: number = 24 * 60 * 60 * 1000
/** Ms of which a live session is never short: the library must not take it for expired in the same breath. */
const BREATH = 1000

/** What koa-session keeps in a session beside its attributes. */
interface Metadata {
  /** Epoch ms at which the cookie ends. */
  readonly _expire?: number
  /** Ms that the cookie lasts. */
  readonly _maxAge?: number
  /** Whether the cookie lasts until the browser closes. */
  readonly _session?: true
}

/** A session as the library wants it from its store. */
export function libraryData(view: Session, attributes: SessionAttributes): SessionAttributes {
  return { ...attributes, ...metadataOf(view) }
}

/**
 * Only a max age that is the session's own is said: the library would take any for the cookie's. `_expire` is what `renew`
 * goes by.
 */
function metadataOf({ cookieMaxAge, maxInactiveInterval, lastAccessedAt }: Session): Metadata {
  if (cookieMaxAge !== undefined && cookieMaxAge < 0) return { _session: true }
  const seconds = cookieMaxAge ?? maxInactiveInterval
  const end = { _expire: Math.max(lastAccessedAt + seconds * 1000, Date.now() + BREATH) }
  return cookieMaxAge === undefined ? end : { ...end, _maxAge: cookieMaxAge * 1000 }
}

/**
 * Notes in the view what the library says of the session's life.
 *
 * @param isOwn whether the application said it, or the library's default of one day
 * @param defaultInterval seconds that a session lives whose cookie lasts until the browser closes
 * @returns `false` when the session is over: its max age is 0 or less
 */
export function noteLibraryLife(view: Session, data: Metadata, isOwn: boolean, defaultInterval: number): boolean {
  const { _maxAge, _session } = data
  if (_session === true) return noteCookieLife(view, { maxAge: null, usualMaxAge: ONE_DAY, defaultInterval })
  if (_maxAge === undefined || !isOwn) return true
  return noteCookieLife(view, { maxAge: _maxAge, usualMaxAge: null, defaultInterval })
}

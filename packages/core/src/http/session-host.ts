import type { Session } from '../session.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { CookieFlags } from './response-cookie.ts'

/**
 * What a framework's request is to the session that it comes with: where it is shown, and what became of it there. One
 * for each request; the adapter's part of it.
 */
export interface SessionHost extends HttpExchange {
  /** Whether a cookie can still be set. */
  readonly isHeadOpen: boolean
  /** Whether the head is committed once, when it leaves, and not with each change that is asked for. @default false */
  readonly commitsHeadOnce?: boolean
  /** Whether nobody gets the answer any more, so that nobody would hear of a session that begins. @default false */
  readonly isAborted?: boolean
  /** Whether the connection is one that a `secure` cookie may be sent over. Asked only for such a cookie. */
  readonly isSecure: boolean
  /** Whether the cookie is written again when the session was changed, because the host takes that as news. @default false */
  readonly announcesChanges?: boolean
  /** The flags of the cookie of `session`, as they are now. */
  flagsOf(session: Session): CookieFlags
  /** An id for a new session. `undefined`: a generated one. Throws what the application's own function throws. */
  newId(): string | undefined
  /** Makes `session` the one that the application sees, in place of another one or of none. */
  show(session: Session): void
  /**
   * What the application has left as its session. `undefined`: it has not looked, `null`: it took the session away, with a
   * look at it or without. Throws a TypeError for what is no session.
   */
  left(): Session | null | undefined
  /**
   * Notes in `session` what was done to its cookie: how long it lives. Called before each save. `isOver`, at the end of
   * the request: the request is a use of it.
   *
   * @returns `false` when the cookie says that the session is over
   */
  note(session: Session, use?: 'use'): boolean
  /**
   * The id that the request shows was looked for, and this was found, or nothing. Called once, before anybody sees the
   * session; what it throws is what the load failed with.
   *
   * @returns `false` when the application does not want this session: then the request has none
   */
  found?(session: Session | undefined): boolean
  /** Whether the browser is to get the cookie again although nothing about it has changed. @default no */
  isRenewalDue?(session: Session): boolean
}

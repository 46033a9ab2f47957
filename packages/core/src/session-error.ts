/**
 * What went wrong, for programs. Each code has a heading in `docs/reference/errors.md`.
 */
export type SessionErrorCode =
  | 'INVALID_OPTION'
  | 'STORE_UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'SESSION_CONFLICT'
  | 'SESSION_ENDED'
  | 'SESSION_RENAMED'
  | 'HEADERS_SENT'
  | 'SESSION_READONLY'
  | 'OUTSIDE_REQUEST'
  | 'RECORD_UNREADABLE'
  | 'RECORD_UNWRITABLE'
  | 'MANAGER_CLOSED'

/** The HTTP status an application answers with when it passes the error on. */
const STATUS: Readonly<Record<SessionErrorCode, number>> = {
  INVALID_OPTION: 500,
  STORE_UNAVAILABLE: 503,
  OUTCOME_UNKNOWN: 503,
  SESSION_CONFLICT: 409,
  SESSION_ENDED: 409,
  SESSION_RENAMED: 409,
  HEADERS_SENT: 500,
  SESSION_READONLY: 500,
  OUTSIDE_REQUEST: 500,
  RECORD_UNREADABLE: 500,
  RECORD_UNWRITABLE: 500,
  MANAGER_CLOSED: 503,
}

const RETRY_AFTER: Readonly<Record<string, string>> = { 'Retry-After': '1' }

/**
 * Every error this project throws on purpose. `status`, `statusCode` and `headers` are what Express, Koa and Fastify
 * read from an error, so that an error handler that knows nothing of sessions answers correctly.
 * A message never holds a session id, a secret or an attribute's value.
 */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: SessionErrorCode
  readonly status: number
  readonly statusCode: number
  /** `Retry-After` with the codes that a retry may cure. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS[code]
    this.statusCode = this.status
    this.headers = this.status === 503 ? RETRY_AFTER : {}
  }
}

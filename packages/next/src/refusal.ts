import { STATUS_CODES } from 'node:http'
import { SessionError } from '@hazelcast-session/core'

/** What is answered in place of what could not be saved, or loaded. */
export interface Refusal {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The answer to an error that a repeated request may cure: 503 or 409. `undefined` for all others, which are Next's to
 * report.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!isSessionError(error) || (error.status !== 503 && error.status !== 409)) return undefined
  const { status, headers } = error
  return { status, text: STATUS_CODES[status] ?? '', headers: { ...headers, 'Cache-Control': 'no-store' } }
}

/** The refusal as a response of Fetch. */
export function refusalResponse({ status, text, headers }: Refusal): Response {
  return new Response(text, { status, headers })
}

/** Whether this is an error of ours, whichever copy of the class made it. */
export function isSessionError(error: unknown): error is SessionError {
  // Next.js may have made several copies of the class in one process.
  return error instanceof SessionError || (error instanceof Error && error.name === 'SessionError' && 'code' in error)
}

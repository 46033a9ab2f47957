import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { StoreUnavailableError, isUnsent } from '../src/records/store-unavailable.ts'
import { SessionError } from '../src/session-error.ts'
import type { SessionErrorCode } from '../src/session-error.ts'

/** The compiler keeps this list complete. */
const STATUS: Readonly<Record<SessionErrorCode, number>> = {
  INVALID_OPTION: 500,
  STORE_UNAVAILABLE: 503,
  OUTCOME_UNKNOWN: 503,
  SESSION_CONFLICT: 409,
  SESSION_ENDED: 409,
  SESSION_RENAMED: 409,
  RECORD_UNREADABLE: 500,
  RECORD_UNWRITABLE: 500,
  MANAGER_CLOSED: 503,
  HEADERS_SENT: 500,
  SESSION_READONLY: 500,
  OUTSIDE_REQUEST: 500,
}

const CODES = Object.keys(STATUS) as SessionErrorCode[]

test.each(CODES)('%s has the status that frameworks answer with', (code) => {
  const error = new SessionError(code, 'text')
  expect(error).toMatchObject({ code, status: STATUS[code], statusCode: STATUS[code], name: 'SessionError' })
  expect(error.headers).toEqual(STATUS[code] === 503 ? { 'Retry-After': '1' } : {})
})

test('the cause is kept', () => {
  const cause = new Error('below')
  expect(new SessionError('STORE_UNAVAILABLE', 'text', { cause }).cause).toBe(cause)
})

test('a store that is away says whether anything was sent', () => {
  const error = new StoreUnavailableError('away', { unsent: true })
  expect(error).toBeInstanceOf(SessionError)
  expect(error.code).toBe('STORE_UNAVAILABLE')
  expect(isUnsent(error)).toBe(true)
  expect(isUnsent(new StoreUnavailableError('away', { unsent: false }))).toBe(false)
  expect(isUnsent(new Error('away'))).toBe(false)
})

test('docs/reference/errors.md has a heading for every code, with its status', async () => {
  const page = await readFile(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')
  const sections = page.split(/^## /m).slice(1)
  const documented = sections.map((section) => [/^`(\w+)`/.exec(section)?.[1], /HTTP status: (\d+)/.exec(section)?.[1]])
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(CODES.map((code) => [code, String(STATUS[code])])))
})

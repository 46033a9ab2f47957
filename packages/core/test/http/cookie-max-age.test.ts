import { expect, test } from 'vitest'
import { noteCookieLife } from '../../src/http/cookie-max-age.ts'
import { LONGEST_INTERVAL } from '../../src/session-lifetime.ts'
import { managed } from '../saving/managed.ts'

test('a cookie that lasts "for ever" is one of a session that lives as long as any may', async () => {
  const view = managed().manager.create({ data: { user: 'ann' } })
  const maxAge = 253_402_300_000_000 - Date.now()
  expect(noteCookieLife(view, { maxAge, usualMaxAge: maxAge, defaultInterval: 1800 })).toBe(true)
  expect([view.cookieMaxAge, view.maxInactiveInterval]).toEqual([maxAge / 1000, LONGEST_INTERVAL])
  await view.save()
  expect(noteCookieLife(view, { maxAge: maxAge - 1000, usualMaxAge: maxAge, defaultInterval: 1800 })).toBe(true)
  expect(view.pending().isEmpty).toBe(true)
})

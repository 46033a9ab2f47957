import { createHmac } from 'node:crypto'
import type { SessionData } from 'express-session'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { SECRET, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings } from './support/middleware-worker.ts'

const MINUTE = 60_000

/** A browser with a session that the store of before keeps with this cookie. */
async function visited(cookie: object | undefined): Promise<unknown> {
  const data: SessionData = Object.assign<object, SessionData>({ user: 'ann' }, Object({ cookie }))
  const importFrom: MiddlewareSettings['importFrom'] = {
    get: (_id, done) => done(null, data),
    destroy: (_id, done) => done?.(),
  }
  const worker = await startMiddleware({ importFrom })
  const browser = new Browser()
  const signature = createHmac('sha256', SECRET).update('an-old-id').digest('base64').replace(/=+$/, '')
  browser.cookie = `connect.sid=${encodeURIComponent(`s:an-old-id.${signature}`)}`
  const { json } = await browser.visit(worker, (req) => [req.session.user ?? null, req.session.cookie.originalMaxAge])
  return json
}

function timeIn(ms: number): Date {
  return new Date(Date.now() + ms)
}

test.each([
  ['a date', { originalMaxAge: MINUTE, expires: timeIn(-1000) }],
  ['a text', { originalMaxAge: MINUTE, expires: timeIn(-1000).toISOString() }],
  ['a text, without a max age', { expires: timeIn(-1000).toISOString() }],
])('`importFrom` leaves a session behind whose cookie has expired: %s', async (_kind, cookie) => {
  expect(await visited(cookie)).toEqual([null, null])
})

test('the time left until its cookie expires is the max age of a moved session that has no other', async () => {
  const [user, maxAge] = Object(await visited({ expires: timeIn(MINUTE).toISOString() }))
  expect(user).toBe('ann')
  expect(maxAge).toBeGreaterThan(MINUTE - 10_000)
  expect(maxAge).toBeLessThanOrEqual(MINUTE)
})

test.each([undefined, {}, { originalMaxAge: null, expires: null }, { originalMaxAge: false, expires: false }])(
  'a cookie that does not say when it expires (%j) is one until the browser closes',
  async (cookie) => {
    expect(await visited(cookie)).toEqual(['ann', null])
  },
)

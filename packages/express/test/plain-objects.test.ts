import { MemoryRecordStore } from '@hazelcast-session/core'
import type session from 'express-session'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import './support/session-data.ts'
import { silentLogger } from './support/test-worker.ts'

const MINUTE = 60_000

afterEach(() => {
  vi.useRealTimers()
})

function newStore(): HazelcastStore {
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  onTestFinished(() => store.close())
  return store
}

/** What a script that copies sessions gives to `set`, whatever its store made of the cookie. */
function dataOf(cookie: object | undefined): session.SessionData {
  return Object.assign<object, session.SessionData>({}, JSON.parse(JSON.stringify({ user: 'ann', cookie })))
}

/** As `dataOf`, with dates that are still dates. */
function liveDataOf(expires: Date): session.SessionData {
  return Object.assign(dataOf(undefined), { cookie: { originalMaxAge: MINUTE, expires } })
}

function timeIn(ms: number): Date {
  return new Date(Date.now() + ms)
}

test.each<[string, () => session.SessionData]>([
  ['a text', () => dataOf({ originalMaxAge: MINUTE, expires: timeIn(-1000) })],
  ['a text, without a max age', () => dataOf({ expires: timeIn(-1000) })],
  ['a date', () => liveDataOf(timeIn(-1000))],
])('a session whose cookie has expired (%s) is not stored, and ended where it is', async (_kind, data) => {
  const store = newStore()
  await store.set('a', data())
  expect(await store.get('a')).toBeUndefined()
  await store.set('b', dataOf({ originalMaxAge: MINUTE }))
  await store.set('b', data())
  expect(await store.get('b')).toBeUndefined()
})

test('the time left until a cookie expires is the max age of a session that has no other', async () => {
  const store = newStore()
  await store.set('a', dataOf({ expires: timeIn(MINUTE) }))
  const found = await store.get('a')
  expect(found?.cookie.originalMaxAge).toBeGreaterThan(MINUTE - 5000)
  expect(found?.cookie.originalMaxAge).toBeLessThanOrEqual(MINUTE)
})

test.each([
  { originalMaxAge: null, expires: null },
  { originalMaxAge: null, expires: false },
  { expires: 'never' },
  {},
])('a cookie that does not say when it expires (%j) is one until the browser closes', async (cookie) => {
  const store = newStore()
  await store.set('a', dataOf(cookie))
  expect(await store.get('a')).toMatchObject({ user: 'ann', cookie: { originalMaxAge: null, expires: null } })
})

test('`touch` without a cookie leaves the life of a session as it is', async () => {
  const store = newStore()
  await store.set('a', dataOf({ originalMaxAge: MINUTE }))
  await store.touch('a', dataOf(undefined))
  expect((await store.get('a'))?.cookie.originalMaxAge).toBe(MINUTE)
})

test('`get` and `all` tell when a session expires by its last use', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const store = newStore()
  const end = Date.now() + MINUTE
  await store.set('a', dataOf({ originalMaxAge: MINUTE }))
  vi.setSystemTime(Date.now() + 20_000)
  const found = [await store.get('a'), ...(await store.all())]
  expect(found.map((data) => data?.cookie.expires?.getTime())).toEqual([end, end])
})

test('what `get` gave is saved, although its cookie has expired by the last touch', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const store = newStore()
  await store.set('a', dataOf({ originalMaxAge: MINUTE }))
  // Within what a touch may be late.
  vi.setSystemTime(Date.now() + MINUTE + 1000)
  const found = await store.get('a')
  if (!found) throw new Error('The session is gone.')
  found.count = 1
  await store.set('a', found)
  expect(await store.get('a')).toMatchObject({ user: 'ann', count: 1 })
})

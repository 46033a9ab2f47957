import { MemoryRecordStore } from '@hazelcast-session/core'
import { SessionCookie, setCookieHeader } from '@hazelcast-session/core/adapter'
import { expect, test } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { SECRET, attributesOf, startStoreWorker } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

/** What the README says makes it the cookie of all frameworks. */
const SHARED = { cookieName: 'shop.sid', cookiePrefix: 's:' } as const

const theirs = new SessionCookie('shop.sid', [SECRET])

test('with `cookiePrefix: "s:"` the cookie is read and written as the other frameworks do', async () => {
  const worker = await startStoreWorker({ recordStore: new MemoryRecordStore(), session: SHARED })
  const browser = new Browser('shop.sid')
  await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
  const { value } = theirs.read(browser.cookie) ?? {}
  expect(await worker.store.ids()).toEqual([value])
  const other = new Browser('shop.sid')
  const [pair] = setCookieHeader(theirs.write(value ?? '', {})).split(';')
  other.cookie = pair
  expect((await other.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
})

test('a session that has a worker’s name behind its id is found, and keeps its cookie', async () => {
  const worker = await startStoreWorker({ recordStore: new MemoryRecordStore(), session: SHARED })
  const session = worker.store.manager.create({ data: { user: 'ann' } })
  await session.save()
  const browser = new Browser('shop.sid')
  browser.cookie = setCookieHeader(theirs.write(`${session.id}.w7`, {})).split(';')[0]
  const answer = await browser.get(worker.route(attributesOf))
  expect(answer.json).toEqual({ user: 'ann' })
  expect(browser.value).toBe(`${session.id}.w7`)
  await browser.get(worker.route(async (request) => void (request.session.count = 1)))
  expect(await worker.store.get(session.id)).toMatchObject({ user: 'ann', count: 1 })
  await browser.get(worker.route(async (request) => request.session.destroy()))
  expect(await worker.store.ids()).toEqual([])
})

test('attributes that the library’s session has names for stay in the record, unseen', async () => {
  const worker = await startStoreWorker({ recordStore: new MemoryRecordStore(), session: SHARED })
  const data = { user: 'ann', save: 'in the cellar', sessionId: 7, toJSON: 'text', toString: 'Bob' }
  const session = worker.store.manager.create({ data })
  await session.save()
  const browser = new Browser('shop.sid')
  browser.cookie = setCookieHeader(theirs.write(session.id, {})).split(';')[0]
  expect((await browser.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  await browser.get(worker.route(async (request) => void (request.session.count = 1)))
  expect((await worker.store.manager.load(session.id))?.data).toEqual({ ...data, count: 1 })
})

test('the flags of the options reach every session, and a session keeps a max age of its own', async () => {
  const recordStore = new MemoryRecordStore()
  const before = await startStoreWorker({ recordStore, session: { cookie: { sameSite: 'strict' } } })
  const browser = new Browser()
  await browser.get(
    before.route(async ({ session }) => {
      session.user = 'ann'
      session.options({ maxAge: 7_200_000 })
    }),
  )
  const now = await startStoreWorker({ recordStore, session: { cookie: { sameSite: 'lax' } } })
  const { setCookie, json } = await browser.get(now.route(({ session }) => session.cookie))
  expect(setCookie).toContain('SameSite=Lax')
  expect(json).toMatchObject({ originalMaxAge: 7_200_000, sameSite: 'lax' })
})

test('a cookie that expires at a date sets how long a session lives', async () => {
  const recordStore = new MemoryRecordStore()
  const expires = new Date(Date.now() + 86_400_000)
  const worker = await startStoreWorker({ recordStore, session: { cookie: { expires } } })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
  const seen = await browser.get(worker.route(({ session }) => session.cookie.expires))
  expect(new Date(JSON.parse(seen.text) as string).getTime()).toBe(expires.getTime())
  const session = await worker.store.manager.load(browser.value ?? '')
  expect(session?.maxInactiveInterval).toBeGreaterThan(86_000)
})

test('the store’s own methods end, list and count sessions, by promise and by callback', async () => {
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  await store.ready()
  await store.set('one', { user: 'ann', cookie: { originalMaxAge: null } })
  await store.set('two', { user: 'bob', cookie: { originalMaxAge: 3_600_000 } })
  const listed = await new Promise((resolve) => store.all((_error, sessions) => resolve(sessions)))
  expect(listed).toEqual([
    { id: 'one', user: 'ann', cookie: { originalMaxAge: null } },
    { id: 'two', user: 'bob', cookie: { originalMaxAge: 3_600_000 } },
  ])
  expect([await store.end('one', 'revoked'), await store.end('one')]).toEqual([true, false])
  expect(await store.get('one')).toBeUndefined()
  expect(await new Promise((resolve) => store.get('two', (_error, session) => resolve(session?.user)))).toBe('bob')
  expect(await new Promise((resolve) => store.ids((_error, ids) => resolve(ids)))).toEqual(['two'])
  await new Promise<void>((resolve) => store.clear(() => resolve()))
  expect(await new Promise((resolve) => store.length((_error, length) => resolve(length)))).toBe(0)
  await new Promise<void>((resolve) => store.destroy('two', () => resolve()))
  await store.close()
})

test('`store.end` takes the session away from its request, and the cookie is not set again', async () => {
  const worker = await startStoreWorker({ recordStore: new MemoryRecordStore() })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
  const { json, setCookie } = await browser.get(
    worker.route(async (request) => {
      const ended = await worker.store.end(request.session, 'revoked')
      return [ended, request.session]
    }),
  )
  expect([json, setCookie]).toEqual([[true, null], undefined])
})

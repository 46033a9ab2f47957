import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import session from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { attributesOf } from './support/session-data.ts'
import { silentLogger, startWorker } from './support/test-worker.ts'
import type { TestWorker } from './support/test-worker.ts'

/** As the library signs an id. */
function signatureOf(id: string): string {
  return createHmac('sha256', 'a secret of the tests').update(id).digest('base64').replace(/=+$/, '')
}

/** A worker, a browser with a session of ann's there, and the manager of another framework on the same records. */
async function shared(): Promise<{ worker: TestWorker; browser: Browser; other: SessionManager }> {
  const recordStore = new MemoryRecordStore()
  const worker = await startWorker({ recordStore })
  const other = new SessionManager({ recordStore, logger: silentLogger })
  onTestFinished(() => other.close())
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  return { worker, browser, other }
}

describe('attributes that another framework stored under names that the library has taken', () => {
  const taken = { save: 'a', touch: 'b', cookie: 'c', id: 'd', req: 'e', toString: 'f', regenerate: ['g'] }

  test('are not shown, do no harm, and survive a save and an update', async () => {
    const { worker, browser, other } = await shared()
    const stored = await other.load(browser.sessionId ?? '')
    stored?.replaceData({ user: 'ann', ...taken })
    await stored?.save()
    const { json } = await browser.visit(worker, async (req) => {
      const seen = [
        attributesOf(req),
        typeof req.session.save,
        req.session.id === browser.sessionId,
        typeof req.session.toString,
      ]
      req.session.count = 1
      await promisify<void>((done) => req.session.save(done))()
      await worker.store.update(req.session, (data) => void (data.theme = 'dark'))
      return seen
    })
    expect(json).toEqual([{ user: 'ann' }, 'function', true, 'function'])
    const after = await other.load(browser.sessionId ?? '')
    expect({ ...after?.data }).toEqual({ user: 'ann', count: 1, theme: 'dark', ...taken })
  })

  test('cannot be assigned through the session either', async () => {
    const { worker, browser, other } = await shared()
    await browser.visit(worker, (req) => Object.assign(req.session, { toString: 'x', count: 1 }))
    const after = await other.load(browser.sessionId ?? '')
    expect({ ...after?.data }).toEqual({ user: 'ann', count: 1 })
  })
})

test('a session that another framework began is served without a cookie of its own', async () => {
  const { worker, browser, other } = await shared()
  const begun = await other.load(browser.sessionId ?? '')
  begun?.replaceData({ cart: { items: ['tea'] } })
  await begun?.save()
  const { json } = await browser.visit(worker, (req) => [attributesOf(req), req.session.cookie.originalMaxAge])
  expect(json).toEqual([{ cart: { items: ['tea'] } }, null])
})

test('a new id that another middleware gave is shown here first: what came to the old one is brought over, and that ends', async () => {
  const { worker, browser, other } = await shared()
  const oldId = browser.sessionId ?? ''
  const moved = await other.load(oldId)
  await moved?.changeId()
  await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
  const renamed = new Browser()
  renamed.cookie = `connect.sid=${encodeURIComponent(`s:${moved?.id}.${signatureOf(moved?.id ?? '')}`)}`
  const { json } = await renamed.visit(worker, attributesOf)
  expect(json).toEqual({ user: 'ann', theme: 'dark' })
  expect(await worker.store.ids()).toEqual([moved?.id])
  expect((await browser.visit(worker, attributesOf)).json).toEqual({})
})

describe('a tool', () => {
  test('that gets, changes and sets the raw object changes what it changed, and nothing else', async () => {
    const { worker, browser } = await shared()
    const id = browser.sessionId ?? ''
    const data = await worker.store.get(id)
    await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    data!.count = 1
    await worker.store.set(id, data!)
    const { json } = await browser.visit(worker, attributesOf)
    expect(json).toEqual({ user: 'ann', theme: 'dark', count: 1 })
  })

  test('that sets a JSON copy makes the session what the copy says', async () => {
    const { worker, browser } = await shared()
    const id = browser.sessionId ?? ''
    await browser.visit(worker, (req) => {
      req.session.theme = 'dark'
      req.session.cookie.maxAge = 3_600_000
    })
    const copy = JSON.parse(JSON.stringify(await worker.store.get(id)))
    delete copy.theme
    copy.count = 1
    await worker.store.set(id, copy)
    const { json } = await browser.visit(worker, (req) => [attributesOf(req), req.session.cookie.originalMaxAge])
    expect(json).toEqual([{ user: 'ann', count: 1 }, expect.closeTo(3_600_000, -3)])
  })

  test('that sets a session of the library under an id that is free begins it', async () => {
    const { worker } = await shared()
    const data: session.SessionData = {
      user: 'bob',
      count: 0,
      theme: 'light',
      cart: { items: [] },
      cookie: new session.Cookie(),
    }
    await worker.store.set('imported', data)
    const found = await worker.store.get('imported')
    expect(found).toMatchObject({ user: 'bob', cookie: { path: '/', httpOnly: true, originalMaxAge: null } })
  })
})

test('values of a serializer that knows more than JSON are saved when they change inside', async () => {
  const serializer = {
    stringify: (value: unknown) => JSON.stringify(value instanceof Map ? { map: [...value] } : value),
    parse: (text: string): unknown => {
      const value: unknown = JSON.parse(text)
      const entries: unknown = Reflect.get(Object(value), 'map')
      return Array.isArray(entries) ? new Map(entries) : value
    },
  }
  const worker = await startWorker({ recordStore: new MemoryRecordStore(), serializer })
  const browser = new Browser()
  await browser.visit(worker, (req) => Object.assign(req.session, { prices: new Map([['tea', 3]]) }) && null)
  // The library's own comparison, by JSON, sees no change here.
  await browser.visit(worker, (req) => void (Reflect.get(req.session, 'prices') as Map<string, number>).set('bread', 2))
  const { json } = await browser.visit(worker, (req) => [
    ...(Reflect.get(req.session, 'prices') as Map<string, number>),
  ])
  expect(json).toEqual([
    ['tea', 3],
    ['bread', 2],
  ])
})

test('a manager that was given is shared, and not closed by the store', async () => {
  const manager = new SessionManager({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  onTestFinished(() => manager.close())
  const store = new HazelcastStore({ manager })
  await store.ready()
  await store.close()
  const left = await manager.load('none')
  expect([store.manager === manager, left]).toEqual([true, undefined])
})

test('a manager and options that it would not hear of are an error at the start', () => {
  const manager = new SessionManager({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  onTestFinished(() => manager.close())
  const open = (): HazelcastStore =>
    new HazelcastStore({ manager, maxInactiveInterval: 5, mapName: undefined, merge: 'deep' })
  expect(open).toThrow('`maxInactiveInterval`, `merge`: expected no other option beside `manager`')
})

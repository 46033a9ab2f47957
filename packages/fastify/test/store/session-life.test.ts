import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { LeapClock, ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf, startStoreWorker } from '../support/store-worker.ts'
import type { StoreWorker } from '../support/store-worker.ts'

async function pair(): Promise<[StoreWorker, StoreWorker]> {
  const recordStore = new MemoryRecordStore()
  return [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
}

describe('a session', () => {
  test('begins with its first change, is answered with a cookie and loaded by another worker', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    const unchanged = await browser.get(one.route(({ session }) => one.store.isNew(session)))
    expect(unchanged).toMatchObject({ json: true, setCookie: undefined })
    const changed = await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
    expect(changed.setCookie).toMatch(/^sessionId=[\w-]{32}\.[\w/+]+; Path=\/; HttpOnly$/)
    const read = await browser.get(
      two.route(({ session }) => ({
        user: session.user,
        id: session.sessionId,
        isNew: two.store.isNew(session),
        keys: Object.keys(session),
        isModified: session.isModified(),
      })),
    )
    expect(read.json).toEqual({
      user: 'ann',
      id: browser.value,
      isNew: false,
      keys: ['cookie', 'user'],
      isModified: false,
    })
  })

  test('keeps what is assigned, deleted and changed inside, one request after the other', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(
      one.route(async ({ session }) => void Object.assign(session, { user: 'ann', cart: { items: ['tea'] } })),
    )
    await browser.get(
      two.route(async ({ session }) => {
        delete session.user
        session.cart?.items.push('bread')
        session.set('count', 1)
      }),
    )
    const { json } = await browser.get(one.route(attributesOf))
    expect(json).toEqual({ cart: { items: ['tea', 'bread'] }, count: 1 })
  })

  test('is stored untouched with `saveUninitialized`', async () => {
    const worker = await startStoreWorker({
      recordStore: new MemoryRecordStore(),
      session: { saveUninitialized: true },
    })
    const browser = new Browser()
    const first = await browser.get(worker.route(() => 'nothing'))
    expect(first.setCookie).toBeDefined()
    expect(await worker.store.ids()).toEqual([browser.value])
  })

  test('gets a new id from `regenerate`, with the data that are named, and the old id is dead', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void Object.assign(session, { user: 'ann', theme: 'dark' })))
    const old = browser.copy()
    await browser.get(
      two.route(async (request) => {
        await request.session.regenerate(['user'])
        request.session.count = 1
      }),
    )
    expect(browser.value).not.toBe(old.value)
    expect((await browser.get(one.route(attributesOf))).json).toEqual({ user: 'ann', count: 1 })
    expect((await old.get(one.route(attributesOf))).json).toEqual({})
    expect(await one.store.ids()).toEqual([browser.value])
  })

  test('that is destroyed is gone on all workers', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
    await browser.get(two.route(async ({ session }) => session.destroy()))
    expect((await browser.get(one.route(attributesOf))).json).toEqual({})
    expect(await one.store.length()).toBe(0)
  })

  test('shows what another request has saved after `reload`', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void (session.count = 1)))
    const { json } = await browser.get(
      one.route(async (request) => {
        await browser.get(two.route(async ({ session }) => void (session.count = 2)))
        await request.session.reload()
        request.session.theme = 'dark'
        return attributesOf(request)
      }),
    )
    expect(json).toEqual({ count: 2, theme: 'dark' })
    expect((await browser.get(two.route(attributesOf))).json).toEqual({ count: 2, theme: 'dark' })
  })

  test('is written by no request that reads it, though the library saves it on every one', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startStoreWorker({ recordStore })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
    const { writes } = recordStore
    const seen = await browser.get(worker.route(({ session }) => session.count))
    expect([seen.text, seen.setCookie === undefined, recordStore.writes - writes]).toEqual(['1', false, 0])
  })

  test.each([true, false])('lives as long as somebody uses it, with `rolling` %s', async (rolling) => {
    const clock = new LeapClock()
    const recordStore = new MemoryRecordStore(clock)
    const manager = new SessionManager({ recordStore, maxInactiveInterval: 100, touchAfter: 10 }, { clock })
    onTestFinished(() => manager.close())
    const worker = await startStoreWorker({ store: new HazelcastStore({ manager }), session: { rolling } })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
    const read = worker.route(({ session }) => ({ count: session.count }))
    for (let turn = 0; turn < 3; turn++) {
      clock.leap(80_000)
      expect((await browser.get(read)).json).toEqual({ count: 1 })
    }
    clock.leap(113_000)
    expect((await browser.get(read)).json).toEqual({})
  })
})

test('a record holds attributes alone, and nothing of the library', async () => {
  const recordStore = new MemoryRecordStore()
  const worker = await startStoreWorker({ recordStore, session: { cookie: { maxAge: 3_600_000, path: '/' } } })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void Object.assign(session, { user: 'ann', count: 1 })))
  const record = JSON.parse((await recordStore.load(browser.value ?? '')) ?? '')
  expect(record.attributes).toEqual({ user: '"ann"', count: '1' })
  expect(record).toMatchObject({ maxInactiveInterval: 3600, cookieMaxAge: 3600 })
  expect(JSON.stringify(record)).not.toMatch(/"cookie"|expires"|originalMaxAge|toJSON|encrypted/)
})

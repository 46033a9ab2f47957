import { promisify } from 'node:util'
import { MemoryRecordStore, SessionError } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from './support/session-data.ts'
import { startWorker } from './support/test-worker.ts'
import type { StoredData } from '../src/index.ts'
import type { TestWorker } from './support/test-worker.ts'

/** A change that adds one, and returns what it made. */
function increment(data: StoredData): number {
  data.count = (data.count ?? 0) + 1
  return data.count
}

/** A worker, and a browser that is logged in there as ann. */
async function loggedIn(recordStore = new ObservedRecordStore()): Promise<[TestWorker, Browser]> {
  const worker = await startWorker({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  return [worker, browser]
}

test.each(EXPRESS_VERSIONS)('with %s, parallel increments on two workers lose none', async (_name, express) => {
  const recordStore = new ObservedRecordStore()
  recordStore.delay = 5
  const workers = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })] as const
  const browser = new Browser()
  await browser.visit(workers[0], (req) => void (req.session.user = 'ann'))
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) => {
      const worker = workers[number % 2]!
      return browser.visit(worker, (req) => worker.store.update(req.session, increment))
    }),
  )
  const values = answers.map(({ json }) => json)
  expect(new Set(values)).toEqual(new Set(Array.from({ length: 20 }, (_, number) => number + 1)))
  const { json } = await browser.visit(workers[1], attributesOf)
  expect(json).toEqual({ user: 'ann', count: 20 })
})

describe('`update`', () => {
  test('shows the request what is stored, and the answer to a later save is no second write', async () => {
    const recordStore = new ObservedRecordStore()
    const [worker, browser] = await loggedIn(recordStore)
    const writes = recordStore.writes
    const { json } = await browser.visit(worker, async (req) => {
      await browser.visit(worker, (other) => void (other.session.cart = { items: ['tea'] }))
      await worker.store.update(req.session, increment)
      return attributesOf(req)
    })
    expect(json).toEqual({ user: 'ann', count: 1, cart: { items: ['tea'] } })
    expect(recordStore.writes - writes).toBe(3)
  })

  test('takes unsaved changes of the request along, deletions and nested ones too', async () => {
    const [worker, browser] = await loggedIn()
    await browser.visit(worker, (req) => void (req.session.cart = { items: ['tea'] }))
    const seen = await browser.visit(worker, async (req) => {
      delete req.session.user
      req.session.cart?.items.push('bread')
      return worker.store.update(req.session, (data) => ({ ...data, count: increment(data) }))
    })
    expect(seen.json).toEqual({ cart: { items: ['tea', 'bread'] }, count: 1 })
    const { json } = await browser.visit(worker, attributesOf)
    expect(json).toEqual({ cart: { items: ['tea', 'bread'] }, count: 1 })
  })

  test('deletes what `change` deletes, also from the session of the request', async () => {
    const [worker, browser] = await loggedIn()
    const during = await browser.visit(worker, async (req) => {
      await worker.store.update(req.session, (data) => {
        delete data.user
      })
      return attributesOf(req)
    })
    expect(during.json).toEqual({})
    const { json } = await browser.visit(worker, attributesOf)
    expect(json).toEqual({})
  })

  test('leaves alone what the request assigns, deletes or changes inside while it waits', async () => {
    const recordStore = new ObservedRecordStore()
    const [worker, browser] = await loggedIn(recordStore)
    await browser.visit(worker, (req) => void (req.session.cart = { items: ['tea'] }))
    recordStore.delay = 20
    const during = await browser.visit(worker, async (req) => {
      const updated = worker.store.update(req.session, increment)
      req.session.theme = 'dark'
      req.session.cart?.items.push('bread')
      delete req.session.user
      await updated
      return attributesOf(req)
    })
    const expected = { theme: 'dark', cart: { items: ['tea', 'bread'] }, count: 1 }
    expect(during.json).toEqual(expected)
    const { json } = await browser.visit(worker, attributesOf)
    expect(json).toEqual(expected)
  })

  test('rejects with what `change` throws, and saves nothing', async () => {
    const [worker, browser] = await loggedIn()
    const { json } = await browser.visit(worker, async (req) => {
      const refused = worker.store.update(req.session, (data) => {
        data.count = 5
        throw new RangeError('sold out')
      })
      return [await refused.catch((error: unknown) => String(error)), attributesOf(req)]
    })
    expect(json).toEqual(['RangeError: sold out', { user: 'ann' }])
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
  })

  test('refuses a change that returns a promise, also one that rejects', async () => {
    const [worker, browser] = await loggedIn()
    const { json } = await browser.visit(worker, (req) =>
      Promise.all(
        [async () => 1, () => Promise.reject(new Error('nobody looks at this one'))].map((change) =>
          worker.store.update(req.session, change).catch((error: unknown) => error instanceof TypeError),
        ),
      ),
    )
    expect(json).toEqual([true, true])
  })

  test('begins a session that is new, and sets its cookie', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const browser = new Browser()
    const first = await browser.visit(worker, async (req) => {
      const count = await worker.store.update(req.session, increment)
      return [count, worker.store.isNew(req.session), req.session.count]
    })
    expect(first.json).toEqual([1, false, 1])
    expect(browser.sessionId).toBeDefined()
    const second = await browser.visit(worker, (req) => worker.store.update(req.session, increment))
    expect(second.json).toBe(2)
  })

  test('of a session that was ended meanwhile is a 409, and nothing comes back', async () => {
    const [worker, browser] = await loggedIn()
    const { status } = await browser.visit(worker, async (req) => {
      await worker.store.end(req.session.id)
      const refused = worker.store.update(req.session, increment)
      await expect(refused).rejects.toThrow(SessionError)
      await expect(refused).rejects.toMatchObject({ code: 'SESSION_ENDED', status: 409 })
      await refused
    })
    expect(status).toBe(409)
    expect(await worker.store.length()).toBe(0)
  })

  test('while the cluster is away is a 503', async () => {
    const recordStore = new ObservedRecordStore()
    const [worker, browser] = await loggedIn(recordStore)
    const { status, headers } = await browser.visit(worker, async (req) => {
      recordStore.isDown = true
      await worker.store.update(req.session, increment)
    })
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('1')
  })

  test('saves a max age that the request has just set', async () => {
    const [worker, browser] = await loggedIn()
    await browser.visit(worker, async (req) => {
      req.session.cookie.maxAge = 3_600_000
      await worker.store.update(req.session, increment)
    })
    const { json } = await browser.visit(worker, (req) => req.session.cookie.originalMaxAge)
    // The library reads the clock twice, and a millisecond may pass between.
    expect(json).toEqual(expect.closeTo(3_600_000, -3))
  })

  test('works on a session that `load` gave, outside of any request', async () => {
    const [worker, browser] = await loggedIn()
    const { store } = worker
    const id = browser.sessionId ?? ''
    const loaded = await promisify<unknown>((done) => store.load(id, done))()
    expect(await store.update(loaded as Parameters<typeof store.update>[0], increment)).toBe(1)
    expect(await store.get(id)).toMatchObject({ user: 'ann', count: 1 })
  })
})

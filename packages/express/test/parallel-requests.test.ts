import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from './support/session-data.ts'
import { signal } from './support/signal.ts'
import { startWorker } from './support/test-worker.ts'
import type { TestWorker } from './support/test-worker.ts'

describe.each(EXPRESS_VERSIONS)('with %s, parallel requests', (_name, express) => {
  async function twoWorkers(delay = 0): Promise<[TestWorker, TestWorker]> {
    const recordStore = new ObservedRecordStore()
    recordStore.delay = delay
    return [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
  }

  test('of twenty writers on two workers keep all attributes', async () => {
    const [one, two] = await twoWorkers(10)
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.user = 'ann'))
    const names = Array.from({ length: 20 }, (_, number) => `attribute${number}`)
    await Promise.all(
      names.map((name, number) =>
        browser.visit(number % 2 ? one : two, (req) => Reflect.set(req.session, name, number)),
      ),
    )
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({ user: 'ann', ...Object.fromEntries(names.map((name, number) => [name, number])) })
  })

  test('keep a deletion of one and the assignments of others', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (req) => Object.assign(req.session, { user: 'ann', count: 1 }))
    await browser.visit(one, async (req) => {
      await browser.visit(two, (other) => void (other.session.cart = { items: ['tea'] }))
      delete req.session.user
    })
    const { json } = await browser.visit(two, attributesOf)
    expect(json).toEqual({ count: 1, cart: { items: ['tea'] } })
  })

  test('of which one has logged out: the slow one writes nothing back, on its own worker and on another', async () => {
    for (const logoutAt of [0, 1]) {
      const workers = await twoWorkers()
      const browser = new Browser()
      await browser.visit(workers[0], (req) => void (req.session.user = 'ann'))
      const old = new Browser()
      old.cookie = browser.cookie
      const slow = await old.visit(workers[0], async (req) => {
        await browser.visit(workers[logoutAt]!, (other) => promisify<void>((done) => other.session.destroy(done))())
        req.session.count = 1
        await promisify<void>((done) => req.session.save(done))()
        req.session.count = 2
      })
      expect(slow.status).toBe(200)
      expect(await workers[0].store.length()).toBe(0)
      const { json } = await old.visit(workers[1], attributesOf)
      expect(json).toEqual({})
    }
  })

  test('of which one regenerates: the other one is not carried over, and brings nothing back', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.user = 'ann'))
    const old = new Browser()
    old.cookie = browser.cookie
    await old.visit(one, async (req) => {
      await browser.visit(two, async (other) => {
        await promisify<void>((done) => other.session.regenerate(done))()
        other.session.user = 'bob'
      })
      req.session.count = 1
    })
    expect(await two.store.ids()).toEqual([browser.sessionId])
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({ user: 'bob' })
  })

  test('find what the first of them saved before it answered', async () => {
    const [one, two] = await twoWorkers(20)
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.count = 0))
    const path = two.route(attributesOf)
    const redirect = await browser.visit(one, async (req, res) => {
      req.session.count = 1
      await promisify<void>((done) => req.session.save(done))()
      res.redirect(303, two.url + path)
    })
    const { json } = await browser.get(redirect.headers.get('location') ?? '')
    expect(json).toEqual({ count: 1 })
  })
})

test('two session objects of one request each save what they changed themselves', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startWorker({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, (req) => Object.assign(req.session, { user: 'ann', count: 1 }))
  await browser.visit(worker, async (req) => {
    const first = req.session
    await promisify<void>((done) => first.reload(done))()
    expect(req.session).not.toBe(first)
    first.user = 'bob'
    req.session.count = 2
    await promisify<void>((done) => first.save(done))()
    await promisify<void>((done) => req.session.save(done))()
  })
  const { json } = await browser.visit(worker, attributesOf)
  expect(json).toEqual({ user: 'bob', count: 2 })
})

test('a request that is slow from before the first save of a session adds to it', async () => {
  const worker = await startWorker({ recordStore: new ObservedRecordStore() })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  const [started, go] = [signal(), signal()]
  const slow = browser.visit(worker, async (req) => {
    started.give()
    await go.given
    req.session.count = 1
  })
  await started.given
  await browser.visit(worker, (req) => void (req.session.user = 'bob'))
  go.give()
  await slow
  const { json } = await browser.visit(worker, attributesOf)
  expect(json).toEqual({ user: 'bob', count: 1 })
})

test("under `conflict: 'fail'` the later of two saves of one attribute is a 409, and the earlier one stays", async () => {
  const worker = await startWorker({ recordStore: new ObservedRecordStore(), conflict: 'fail' })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.count = 1))
  const { status, text } = await browser.visit(worker, async (req) => {
    await browser.visit(worker, (other) => void (other.session.count = 2))
    req.session.count = 3
    await promisify<void>((done) => req.session.save(done))()
  })
  expect([status, text.includes('SessionError')]).toEqual([409, true])
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ count: 2 })
})

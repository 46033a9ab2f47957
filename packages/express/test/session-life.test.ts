import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from './support/session-data.ts'
import { startWorker } from './support/test-worker.ts'

describe.each(EXPRESS_VERSIONS)('with %s, a session', (_name, express) => {
  test('begins with its first change, is answered with a cookie and loaded by another worker', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    const unchanged = await browser.visit(one, (req) => one.store.isNew(req.session))
    expect(unchanged).toMatchObject({ json: true, setCookie: undefined })

    const changed = await browser.visit(one, (req) => {
      req.session.user = 'ann'
    })
    expect(changed.setCookie).toMatch(/^connect\.sid=s%3A[\w-]{32}\.[\w%]+; Path=\/; HttpOnly$/)
    const read = await browser.visit(two, (req) => ({
      user: req.session.user,
      id: req.session.id,
      isNew: two.store.isNew(req.session),
      keys: Object.keys(req.session),
    }))
    expect(read).toMatchObject({
      json: { user: 'ann', id: browser.sessionId, isNew: false, keys: ['user', 'cookie'] },
      setCookie: undefined,
    })
  })

  test('keeps what is assigned, deleted and changed inside, one request after the other', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    await browser.visit(one, (req) => {
      req.session.user = 'ann'
      req.session.cart = { items: ['tea'] }
    })
    await browser.visit(two, (req) => {
      delete req.session.user
      req.session.cart?.items.push('bread')
      req.session.count = 1
    })
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({ cart: { items: ['tea', 'bread'] }, count: 1 })
  })

  test('is stored untouched with `saveUninitialized`', async () => {
    const worker = await startWorker({
      recordStore: new MemoryRecordStore(),
      express,
      session: { saveUninitialized: true },
    })
    const browser = new Browser()
    const first = await browser.visit(worker, () => 'nothing')
    expect(first.setCookie).toBeDefined()
    expect(await worker.store.ids()).toEqual([browser.sessionId])
    const second = await browser.visit(worker, (req) => worker.store.isNew(req.session))
    expect(second.json).toBe(false)
  })

  test('gets a new id and no data from `regenerate`, and the old id is dead', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    await browser.visit(one, (req) => {
      req.session.user = 'ann'
    })
    const old = new Browser()
    old.cookie = browser.cookie
    await browser.visit(two, async (req) => {
      await promisify<void>((done) => req.session.regenerate(done))()
      req.session.count = 1
    })
    expect(browser.sessionId).not.toBe(old.sessionId)
    const after = await browser.visit(one, attributesOf)
    expect(after.json).toEqual({ count: 1 })
    const stale = await old.visit(one, (req) => [req.session.user ?? null, req.session.id === old.sessionId])
    expect(stale.json).toEqual([null, false])
  })

  test('shows after `reload` what another worker saved meanwhile, and keeps saving', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    await browser.visit(one, (req) => {
      req.session.count = 1
    })
    const reloaded = await browser.visit(one, async (req) => {
      await browser.visit(two, (other) => {
        other.session.count = 2
      })
      await promisify<void>((done) => req.session.reload(done))()
      req.session.user = 'ann'
      return req.session.count
    })
    expect(reloaded.json).toBe(2)
    const { json } = await browser.visit(two, attributesOf)
    expect(json).toEqual({ count: 2, user: 'ann' })
  })

  test('cannot be reloaded when it was ended meanwhile', async () => {
    const recordStore = new MemoryRecordStore()
    const worker = await startWorker({ recordStore, express })
    const browser = new Browser()
    await browser.visit(worker, (req) => {
      req.session.count = 1
    })
    const { json } = await browser.visit(worker, async (req) => {
      await worker.store.destroy(req.session.id)
      return promisify<void>((done) => req.session.reload(done))().catch((error: unknown) => String(error))
    })
    expect(json).toBe('Error: failed to load session')
  })

  test('is over on every worker after `destroy`', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    await browser.visit(one, (req) => {
      req.session.user = 'ann'
    })
    const gone = await browser.visit(two, async (req) => {
      await promisify<void>((done) => req.session.destroy(done))()
      return req.session === undefined
    })
    expect(gone.json).toBe(true)
    const { json } = await browser.visit(one, (req) => [req.session.user ?? null, one.store.isNew(req.session)])
    expect(json).toEqual([null, true])
    expect(await one.store.length()).toBe(0)
  })

  test("is destroyed by assigning null under `unset: 'destroy'`, and kept under the default", async () => {
    const recordStore = new MemoryRecordStore()
    const keeping = await startWorker({ recordStore, express })
    const destroying = await startWorker({ recordStore, express, session: { unset: 'destroy' } })
    const browser = new Browser()
    await browser.visit(keeping, (req) => {
      req.session.user = 'ann'
    })
    await browser.visit(keeping, (req) => void Reflect.set(req, 'session', null))
    expect(await keeping.store.length()).toBe(1)
    await browser.visit(destroying, (req) => void Reflect.set(req, 'session', null))
    expect(await keeping.store.length()).toBe(0)
  })

  test('is in the store once `save` has called back', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore, express }), await startWorker({ recordStore, express })]
    const browser = new Browser()
    const { json } = await browser.visit(one, async (req) => {
      req.session.user = 'ann'
      await promisify<void>((done) => req.session.save(done))()
      return two.store.get(req.session.id).then((data) => data?.user)
    })
    expect(json).toBe('ann')
  })

  test('has the id that `genid` makes, and no other request makes one that a client sees', async () => {
    const recordStore = new MemoryRecordStore()
    let made = 0
    const genid = (): string => `made-${++made}`
    const worker = await startWorker({ recordStore, express, session: { genid } })
    const browser = new Browser()
    await browser.visit(worker, (req) => {
      req.session.user = 'ann'
    })
    expect(browser.sessionId).toBe('made-1')
    const { json } = await browser.visit(worker, (req) => [req.session.id, req.sessionID, req.session.user])
    expect(json).toEqual(['made-1', 'made-1', 'ann'])
  })
})

test('with `resave` a request that changed nothing costs no write', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startWorker({ recordStore, session: { resave: true } })
  const browser = new Browser()
  await browser.visit(worker, (req) => {
    req.session.user = 'ann'
  })
  expect(recordStore.writes).toBe(1)
  for (let request = 0; request < 5; request++) await browser.visit(worker, (req) => req.session.user)
  expect(recordStore).toMatchObject({ writes: 1, loads: 5 })
})

test('a request that reads costs one load and no write, also with a cookie that has a max age', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startWorker({ recordStore, session: { cookie: { maxAge: 3_600_000 } } })
  const browser = new Browser()
  await browser.visit(worker, (req) => {
    req.session.user = 'ann'
  })
  for (let request = 0; request < 5; request++) await browser.visit(worker, (req) => req.session.user)
  expect(recordStore).toMatchObject({ writes: 1, loads: 5 })
})

test('a request that uses a session after `touchAfter` seconds keeps it alive', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startWorker({ recordStore, touchAfter: 0 })
  const browser = new Browser()
  await browser.visit(worker, (req) => {
    req.session.user = 'ann'
  })
  await browser.visit(worker, (req) => req.session.user)
  await expect.poll(() => recordStore.writes).toBe(2)
})

test("a client's forged or unknown id is never adopted", async () => {
  const recordStore = new MemoryRecordStore()
  const worker = await startWorker({ recordStore })
  const stranger = await startWorker({ recordStore: new MemoryRecordStore() })
  const browser = new Browser()
  browser.cookie = 'connect.sid=s%3Aforged.signature'
  const forged = await browser.visit(worker, (req) => req.session.id)
  expect(forged.json).not.toBe('forged')

  // Signed with the right secret, but of a map that is gone.
  await browser.visit(stranger, (req) => {
    req.session.user = 'ann'
  })
  const unknown = browser.sessionId
  const { json } = await browser.visit(worker, (req) => req.session.id)
  expect(json).not.toBe(unknown)
})

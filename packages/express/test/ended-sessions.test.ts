import { promisify } from 'node:util'
import type { EndReason } from '@hazelcast-session/core'
import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import type session from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { LeapClock, ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from './support/session-data.ts'
import { silentLogger, startWorker } from './support/test-worker.ts'

describe('`end`', () => {
  test.each(['invalidated', 'expired', 'revoked'] satisfies EndReason[])(
    'ends the session of the request and says why: %s',
    async (reason) => {
      const worker = await startWorker({ recordStore: new MemoryRecordStore() })
      const ends: unknown[] = []
      worker.store.manager.on('destroyed', (event) => ends.push([event.reason, event.session.attributes['user']]))
      const browser = new Browser()
      await browser.visit(worker, (req) => void (req.session.user = 'ann'))
      const { json, setCookie } = await browser.visit(worker, async (req) => [
        await worker.store.end(req.session, reason),
        req.session === undefined,
      ])
      expect(json).toEqual([true, true])
      expect(setCookie).toBeUndefined()
      expect(ends).toEqual([[reason, 'ann']])
    },
  )

  test('takes an id, and says whether it was this call that ended the session', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore }), await startWorker({ recordStore })]
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.user = 'ann'))
    const id = browser.sessionId ?? ''
    const ended = await Promise.all([one.store.end(id, 'revoked'), two.store.end(id, 'revoked')])
    expect(ended.toSorted()).toEqual([false, true])
    expect(await one.store.end('never stored')).toBe(false)
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({})
  })

  test('of a session that was never stored is `false`', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const { json } = await new Browser().visit(worker, async (req) => {
      req.session.user = 'ann'
      return worker.store.end(req.session)
    })
    expect(json).toBe(false)
    expect(await worker.store.length()).toBe(0)
  })

  test('of the session before a `regenerate` leaves the one after it alone', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    await browser.visit(worker, async (req) => {
      const before = req.session
      await promisify<void>((done) => before.regenerate(done))()
      await worker.store.end(before)
      req.session.user = 'bob'
    })
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'bob' })
  })

  test('rejects and leaves the session to the request when the cluster is away', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startWorker({ recordStore })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    const { json } = await browser.visit(worker, async (req) => {
      recordStore.isDown = true
      const code: unknown = await worker.store
        .end(req.session)
        .catch((error: unknown) => Reflect.get(Object(error), 'code'))
      recordStore.isDown = false
      return [code, req.session.user]
    })
    expect(json).toEqual(['STORE_UNAVAILABLE', 'ann'])
  })
})

test('an ended session is not brought back by any object of it', async () => {
  const worker = await startWorker({ recordStore: new MemoryRecordStore() })
  const { store } = worker
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  const id = browser.sessionId ?? ''
  const raw = await store.get(id)
  const loaded = await promisify<session.SessionData | undefined>((done) => store.load(id, done))()
  const clone: session.SessionData = JSON.parse(JSON.stringify(raw))
  await store.destroy(id)
  for (const data of [raw!, loaded!, clone]) {
    data.user = 'bob'
    await store.set(id, data)
    await store.touch(id, data)
  }
  expect(await store.get(id)).toBeUndefined()
  expect(await store.length()).toBe(0)
})

test('an expired session is not loaded, and a request from before does not bring it back', async () => {
  const clock = new LeapClock()
  const recordStore = new MemoryRecordStore(clock)
  const manager = new SessionManager({ recordStore, logger: silentLogger, maxInactiveInterval: 60 }, { clock })
  onTestFinished(() => manager.close())
  const store = new HazelcastStore({ manager })
  const worker = await startWorker({ store })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  const id = browser.sessionId
  await browser.visit(worker, (req) => {
    clock.leap(1_000_000)
    req.session.count = 1
  })
  expect(await store.ids()).toEqual([])
  const { json } = await browser.visit(worker, (req) => [attributesOf(req), req.session.id === id])
  expect(json).toEqual([{}, false])
})

describe('events of the manager', () => {
  test('tell of a session that began, once, and with its id', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const created: unknown[] = []
    worker.store.manager.on('created', ({ session: { id, attributes } }) => created.push([id, { ...attributes }]))
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    await browser.visit(worker, (req) => void (req.session.count = 1))
    expect(created).toEqual([[browser.sessionId, { user: 'ann' }]])
  })

  test('tell of a session that ended, on the worker that ended it alone, with its last attributes', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startWorker({ recordStore }), await startWorker({ recordStore })]
    const destroyed: unknown[] = []
    for (const [name, { store }] of Object.entries({ one, two })) {
      store.manager.on('destroyed', (event) => destroyed.push([name, event.reason, { ...event.session.attributes }]))
    }
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.user = 'ann'))
    await browser.visit(one, (req) => void (req.session.count = 1))
    await browser.visit(two, (req) => promisify<void>((done) => req.session.destroy(done))())
    expect(destroyed).toEqual([['two', 'invalidated', { user: 'ann', count: 1 }]])
  })

  test('tell of a change that came too late', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const late: unknown[] = []
    worker.store.manager.on('lateWrite', ({ names }) => late.push(names))
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    await browser.visit(worker, async (req) => {
      await worker.store.destroy(req.session.id)
      req.session.count = 1
    })
    expect(late).toEqual([['count']])
  })

  test('tell of two requests that changed the same attribute', async () => {
    const worker = await startWorker({ recordStore: new MemoryRecordStore() })
    const conflicts: unknown[] = []
    worker.store.manager.on('conflict', ({ names }) => conflicts.push(names))
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.count = 1))
    await browser.visit(worker, async (req) => {
      await browser.visit(worker, (other) => void (other.session.count = 2))
      req.session.count = 3
    })
    expect(conflicts).toEqual([['count']])
    const { json } = await browser.visit(worker, attributesOf)
    expect(json).toEqual({ count: 3 })
  })
})

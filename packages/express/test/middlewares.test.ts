import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import express from 'express'
import type { Express } from 'express'
import session from 'express-session'
import { expect, onTestFinished, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { attributesOf } from './support/session-data.ts'
import { listen, silentLogger, startWorker } from './support/test-worker.ts'

const OPTIONS = { secret: 'a secret of the tests', resave: false, saveUninitialized: false }

function managerOn(recordStore: MemoryRecordStore): SessionManager {
  const manager = new SessionManager({ recordStore, logger: silentLogger })
  onTestFinished(() => manager.close())
  return manager
}

/** A router that counts its visits in the session. */
function counting(store: HazelcastStore, options: Partial<session.SessionOptions>): Express {
  const router = express()
  router.use(session({ ...OPTIONS, store, ...options }))
  router.get('/', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1
    res.json(req.session.count)
  })
  return router
}

test('two middlewares on one store each keep their own sessions', async () => {
  const store = new HazelcastStore({ manager: managerOn(new MemoryRecordStore()) })
  const app = express()
  app.use('/shop', counting(store, { name: 'shop.sid' }))
  app.use('/admin', counting(store, { name: 'admin.sid' }))
  const url = await listen(app)
  const [shop, admin] = [new Browser(), new Browser()]
  await shop.get(`${url}/shop`)
  await admin.get(`${url}/admin`)
  await shop.get(`${url}/shop`)
  const last = [await shop.get(`${url}/shop`), await admin.get(`${url}/admin`)]
  expect(last.map(({ json }) => json)).toEqual([3, 2])
  expect(shop.cookie).toMatch(/^shop\.sid=/)
  expect(admin.cookie).toMatch(/^admin\.sid=/)
  expect(await store.length()).toBe(2)
})

test('two middlewares with different cookies have a store each, on one manager', async () => {
  const manager = managerOn(new MemoryRecordStore())
  const app = express()
  app.use('/shop', counting(new HazelcastStore({ manager }), { cookie: { maxAge: 60_000 }, rolling: true }))
  app.use('/admin', counting(new HazelcastStore({ manager }), { cookie: { sameSite: 'strict' }, rolling: true }))
  const url = await listen(app)
  const [shop, admin] = [new Browser(), new Browser()]
  await shop.get(`${url}/shop`)
  await admin.get(`${url}/admin`)
  const answers = [await shop.get(`${url}/shop`), await admin.get(`${url}/admin`)]
  expect(
    answers.map(({ setCookie }) =>
      setCookie
        ?.split('; ')
        .slice(1)
        .map((flag) => flag.split('=')[0]),
    ),
  ).toEqual([
    ['Path', 'Expires', 'HttpOnly'],
    ['Path', 'HttpOnly', 'SameSite'],
  ])
})

test('many middlewares on one store are no leak of listeners', async () => {
  const warnings: Error[] = []
  const hear = (warning: Error): void => void warnings.push(warning)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  const store = new HazelcastStore({ manager: managerOn(new MemoryRecordStore()) })
  for (let number = 0; number < 20; number++) session({ ...OPTIONS, store })
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([])
})

test('sessions and requests add no listeners to the store', async () => {
  const worker = await startWorker({ recordStore: new MemoryRecordStore() })
  const count = (): number => worker.store.eventNames().reduce((sum, name) => sum + worker.store.listenerCount(name), 0)
  const before = count()
  for (let number = 0; number < 30; number++) {
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    await browser.visit(worker, attributesOf)
  }
  expect(count()).toBe(before)
  expect(await worker.store.length()).toBe(30)
})

test('a second middleware that meets a session leaves it alone', async () => {
  const store = new HazelcastStore({ manager: managerOn(new MemoryRecordStore()) })
  const app = express()
  app.use(session({ ...OPTIONS, store }), counting(store, {}))
  const url = await listen(app)
  const browser = new Browser()
  await browser.get(url)
  const { json } = await browser.get(url)
  expect(json).toBe(2)
  expect(await store.length()).toBe(1)
})

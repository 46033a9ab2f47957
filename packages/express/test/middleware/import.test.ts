import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import type { Request } from 'express'
import session from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { listen, silentLogger } from '../support/test-worker.ts'
import type { Visit } from '../support/test-worker.ts'
import { SECRET, startMiddleware, visitedApp } from './support/middleware-worker.ts'
import type { MiddlewareSettings } from './support/middleware-worker.ts'

const MONTH = 30 * 24 * 3_600_000
const user: Visit = (req) => req.session?.user ?? null

/** The store of before, which counts what is asked of it, and may be away. */
class OldStore extends session.MemoryStore {
  gets = 0
  destroys = 0
  isDown = false

  override get(id: string, callback: (error: unknown, data?: session.SessionData | null) => void): void {
    this.gets++
    if (this.isDown) callback(new Error('connect ECONNREFUSED'))
    else super.get(id, callback)
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.destroys++
    super.destroy(id, callback)
  }

  has(id: string): boolean {
    return id in Object(Reflect.get(this, 'sessions'))
  }
}

/** A browser with a session in the application of before: express-session. */
async function before(
  store: session.Store,
  visit: (req: Request) => unknown,
  options: Partial<session.SessionOptions> = {},
): Promise<Browser> {
  const { express } = Object.fromEntries(EXPRESS_VERSIONS.map(([, version]) => ['express', version]))
  if (!express) throw new Error('There is no Express.')
  const old = session({ store, secret: SECRET, resave: false, saveUninitialized: false, ...options })
  const { app, route } = visitedApp({ express, session: old })
  const browser = new Browser()
  await browser.visit({ url: await listen(app), route }, visit)
  return browser
}

const logIn = (req: Request): void => {
  req.session.user = 'ann'
  req.session.cart = { items: ['tea'] }
}

describe.each(EXPRESS_VERSIONS)('with %s, `importFrom`', (_name, express) => {
  test('finds ids of another making, with dots in them', async () => {
    const importFrom = new OldStore()
    let made = 0
    const browser = await before(importFrom, logIn, { genid: () => `shop.example:${(made += 1)}` })
    const worker = await startMiddleware({ express, importFrom })
    const first = await browser.visit(worker, (req) => [req.session.user ?? null, req.sessionID])
    expect(first.json).toEqual(['ann', 'shop.example:1'])
    const second = await browser.visit(worker, user)
    expect(second.json).toBe('ann')
  })

  test('is of no consequence for the end of sessions that were never there', async () => {
    const importFrom = new OldStore()
    const worker = await startMiddleware({ express, importFrom, operationTimeout: 60_000 })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    importFrom.destroy = () => {}
    const regenerated = await browser.visit(worker, async (req) => {
      await promisify(req.session.regenerate.bind(req.session))()
      req.session.user = 'bob'
    })
    expect(regenerated.status).toBe(200)
    importFrom.destroy = (_id, done) => done?.(new Error('connect ECONNREFUSED'))
    const ended = await browser.visit(worker, (req) => promisify(req.session.destroy.bind(req.session))())
    expect(ended.status).toBe(200)
  })

  test('moves a session once, with its id, and nobody notices', async () => {
    const importFrom = new OldStore()
    const browser = await before(importFrom, logIn)
    const id = browser.sessionId ?? ''
    importFrom.gets = 0
    const recordStore = new ObservedRecordStore()
    const worker = await startMiddleware({ express, recordStore, importFrom })
    const first = await browser.visit(worker, (req) => [req.sessionID === id, attributesOf(req)])
    expect(first.json).toEqual([true, { user: 'ann', cart: { items: ['tea'] } }])
    expect(browser.sessionId).toBe(`${id}.w1`)
    expect([importFrom.gets, importFrom.has(id), recordStore.writes]).toEqual([1, false, 1])
    const second = await browser.visit(worker, user)
    expect(second.json).toBe('ann')
    expect([importFrom.gets, recordStore.writes]).toEqual([1, 1])
  })

  test('keeps the max age that a session has of its own', async () => {
    const importFrom = new OldStore()
    const browser = await before(importFrom, (req) => {
      logIn(req)
      req.session.cookie.maxAge = MONTH
    })
    const worker = await startMiddleware({ express, importFrom })
    // The library takes a max age from two readings of the clock, which may be some milliseconds apart.
    const { json } = await browser.visit(worker, (req) => [
      Math.round(Number(req.session.cookie.originalMaxAge) / 1000),
      Math.round(req.session.maxInactiveInterval),
    ])
    expect(json).toEqual([MONTH / 1000, MONTH / 1000])
  })

  test('moves a session once when many requests find it, and undoes none of their changes', async () => {
    for (let round = 0; round < 5; round++) {
      const importFrom = new OldStore()
      const browser = await before(importFrom, logIn)
      const recordStore = new ObservedRecordStore()
      recordStore.delay = 10
      const worker = await startMiddleware({ express, recordStore, importFrom, operationTimeout: 20_000 })
      await Promise.all(
        Array.from({ length: 8 }, (_, number) =>
          browser.visit(worker, (req) => {
            req.session.user = 'bob'
            Reflect.set(req.session, `name${number}`, number)
          }),
        ),
      )
      const { json } = await browser.visit(worker, attributesOf)
      expect(json).toMatchObject({ user: 'bob', cart: { items: ['tea'] }, name0: 0, name7: 7 })
    }
  })

  test.each<[string, Visit]>([
    ['signOut', (req) => req.session.signOut()],
    ['destroy', (req) => promisify<void>((done) => req.session.destroy(done))()],
    ['regenerate', (req) => promisify<void>((done) => req.session.regenerate(done))()],
  ])('leaves who was logged out by `%s` logged out, whatever the old store still has', async (_way, logOut) => {
    const importFrom = new OldStore()
    const browser = await before(importFrom, logIn)
    const id = browser.sessionId ?? ''
    const worker = await startMiddleware({ express, importFrom })
    const { cookie } = browser
    await browser.visit(worker, async (req, res) => {
      await logOut(req, res)
    })
    // The application of before, on another worker, that had it in hand.
    await promisify<void>((done) =>
      importFrom.set(id, { cookie: { originalMaxAge: null }, user: 'ann' } as session.SessionData, done),
    )()
    browser.cookie = cookie
    const { json } = await browser.visit(worker, user)
    expect(json).toBeNull()
  })

  test('asks nobody for a request without a cookie, or with a forged one', async () => {
    const importFrom = new OldStore()
    const worker = await startMiddleware({ express, importFrom })
    const forged = new Browser()
    forged.cookie = 'connect.sid=s%3Asomebody.forged'
    for (const browser of [new Browser(), forged]) await browser.visit(worker, user)
    expect(importFrom.gets).toBe(0)
  })

  test('finds nothing, and the session is a new one under a new id', async () => {
    const importFrom = new OldStore()
    const browser = await before(importFrom, logIn)
    await promisify<void>((done) => importFrom.clear(done))()
    const worker = await startMiddleware({ express, importFrom })
    const id = browser.sessionId
    const { json } = await browser.visit(worker, (req) => [req.session.user ?? null, req.sessionID === id])
    expect(json).toEqual([null, false])
  })

  test.each<[string, MiddlewareSettings['importFrom']]>([
    [
      'says ENOENT',
      { get: (_id, done) => done(Object.assign(new Error('none'), { code: 'ENOENT' })), destroy: () => {} },
    ],
    ['says null', { get: (_id, done) => done(null, null), destroy: () => {} }],
  ])('a store that %s has no such session', async (_way, importFrom) => {
    const browser = await before(new OldStore(), logIn)
    const worker = await startMiddleware({ express, importFrom })
    expect(await browser.visit(worker, user)).toMatchObject({ status: 200, json: null })
  })

  test.each<[string, MiddlewareSettings['importFrom']]>([
    ['fails', { get: (_id, done) => done(new Error('connect ECONNREFUSED')), destroy: () => {} }],
    [
      'throws',
      {
        get: () => {
          throw new Error('The client is closed')
        },
        destroy: () => {},
      },
    ],
    ['never answers', { get: () => {}, destroy: () => {} }],
  ])('a store that %s is a 503 for who touches the session, and for nobody else', async (_way, importFrom) => {
    const browser = await before(new OldStore(), logIn)
    const worker = await startMiddleware({ express, importFrom, operationTimeout: 100 })
    const answer = await browser.visit(worker, user)
    expect(answer).toMatchObject({ status: 503, setCookie: undefined, json: { code: 'STORE_UNAVAILABLE' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    const none = await browser.visit(worker, (_req, res) => res.sendStatus(204))
    expect(none.status).toBe(204)
  })
})

test('what is no store is refused at the start', async () => {
  await expect(startMiddleware({ importFrom: {} as never })).rejects.toThrow(/`importFrom`: expected a store/)
  await expect(startMiddleware({ recordStore: new MemoryRecordStore(), store: {} } as never)).rejects.toThrow(
    /`store`: expected none: .*`importFrom`/,
  )
})

test('an upgrade moves a session too, and rejects when the store of before is away', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  const recordStore = new MemoryRecordStore()
  const sessions = hazelcastSession({ recordStore, secret: SECRET, importFrom, logger: silentLogger })
  onTestFinished(() => sessions.manager.close())
  const request = { headers: { cookie: browser.cookie } }
  importFrom.isDown = true
  await expect(sessions.upgrade(request)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  importFrom.isDown = false
  const opened = await sessions.upgrade(request)
  expect(await opened?.read()).toEqual({ user: 'ann', cart: { items: ['tea'] } })
  expect([opened?.id, importFrom.has(opened?.id ?? '')]).toEqual([browser.sessionId, false])
})

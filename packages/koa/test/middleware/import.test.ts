import { ObservedRecordStore } from '@hazelcast-session/conformance'
import koaSession from 'koa-session'
import type { CreateSessionOptions } from 'koa-session'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { attributesOf } from '../support/session-data.ts'
import { visitedApp } from '../support/visited-app.ts'
import type { Visit } from '../support/visited-app.ts'

const HOUR = 3_600_000

/** A store for koa-session as its documentation has it, which brings none. */
class OldStore {
  readonly sessions = new Map<string, string>()
  isDown = false

  async get(key: string): Promise<unknown> {
    if (this.isDown) throw new Error('connect ECONNREFUSED')
    const text = this.sessions.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }

  async set(key: string, data: unknown): Promise<void> {
    this.sessions.set(key, JSON.stringify(data))
  }

  async destroy(key: string): Promise<void> {
    this.sessions.delete(key)
  }
}

/** A browser with a session in the application of before: koa-session, with the cookies that it signs in its own way. */
async function before(store: OldStore, logIn: Visit, options: CreateSessionOptions = {}): Promise<Browser> {
  const browser = new Browser()
  await browser.visit(await visitedApp((app) => koaSession({ store, ...options }, app)), logIn)
  expect(browser.cookies.get('koa.sess.sig')).toBeDefined()
  return browser
}

const logIn: Visit = (ctx) => {
  ctx.session.user = 'ann'
  ctx.session.cart = { items: ['tea'] }
}
const user: Visit = (ctx) => ctx.session.user ?? null

test('a session is moved once, with its id, and the browser gets our cookie for it', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  const [id = ''] = importFrom.sessions.keys()
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, importFrom, sticky: false })
  const first = await browser.visit(worker, (ctx) => [ctx.session.externalKey, attributesOf(ctx)])
  expect(first.json).toEqual([id, { user: 'ann', cart: { items: ['tea'] } }])
  expect(browser.sessionId).toBe(id)
  expect([importFrom.sessions.size, recordStore.writes]).toEqual([0, 1])
  const second = await browser.visit(worker, user)
  expect([second.json, second.setCookie, recordStore.writes]).toEqual(['ann', [], 1])
  // And without the old store.
  const later = await startMiddleware({ recordStore, sticky: false })
  expect((await browser.visit(later, user)).json).toBe('ann')
})

test('a session keeps the max age that it has of its own', async () => {
  const importFrom = new OldStore()
  const lives: Visit = (ctx) => [ctx.session.maxInactiveInterval, ctx.session.maxAge]
  const browser = await before(importFrom, (ctx) => {
    logIn(ctx)
    ctx.session.maxAge = HOUR
  })
  const worker = await startMiddleware({ importFrom })
  expect((await browser.visit(worker, lives)).json).toEqual([HOUR / 1000, HOUR])

  const other = await before(importFrom, logIn, { maxAge: 'session' })
  expect((await other.visit(worker, lives)).json).toEqual([86_400, 'session'])
})

test('a session that is over there is none here', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  for (const [id, text] of importFrom.sessions) {
    importFrom.sessions.set(id, JSON.stringify({ ...JSON.parse(text), _expire: Date.now() - 1 }))
  }
  expect((await browser.visit(await startMiddleware({ importFrom }), user)).json).toBeNull()
})

test('who was logged out stays so, whatever the old store still has', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  const [[id, text] = ['', '']] = importFrom.sessions
  const worker = await startMiddleware({ importFrom })
  const thief = browser.copy()
  await browser.visit(worker, (ctx) => ctx.session.signOut())
  importFrom.sessions.set(id, text)
  expect((await thief.visit(worker, user)).json).toBeNull()
})

test('a cookie that koa-session did not sign, or that nobody understands without `importFrom`, shows no session', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  expect((await browser.copy().visit(await startMiddleware(), user)).json).toBeNull()
  const worker = await startMiddleware({ importFrom })
  const forger = browser.copy()
  forger.cookies.set('koa.sess.sig', 'forged')
  expect((await forger.visit(worker, user)).json).toBeNull()
  expect(importFrom.sessions.size).toBe(1)
  expect((await browser.visit(worker, user)).json).toBe('ann')
})

test('a store that fails is a 503 for who touches the session, and for nobody else', async () => {
  const importFrom = new OldStore()
  const browser = await before(importFrom, logIn)
  importFrom.isDown = true
  const worker = await startMiddleware({ importFrom })
  const answer = await browser.visit(worker, user)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect((await browser.visit(worker, () => 'fine')).status).toBe(200)
})

test('what is no store is refused at the start', async () => {
  await expect(startMiddleware({ importFrom: {} as never })).rejects.toThrow(/`importFrom`: expected a store/)
  await expect(startMiddleware({ store: {} } as never)).rejects.toThrow(/`store`: expected none: .*`importFrom`/)
})

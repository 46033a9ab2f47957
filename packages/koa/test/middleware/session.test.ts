import { MemoryRecordStore } from '@hazelcast-session/core'
import type { CreateSessionOptions } from 'koa-session'
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest'
import type Koa from 'koa'
import { hazelcastSession } from '../../src/index.ts'
import type { ContextSession, HazelcastSessionOptions, HazelcastSessions } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { SECRET } from '../support/store-worker.ts'
import { silentLogger, visitedApp } from '../support/visited-app.ts'
import type { Visit } from '../support/visited-app.ts'

const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

describe('`update`', () => {
  test('loses no increment of two workers, and brings unsaved changes along', async () => {
    const recordStore = new ObservedRecordStore()
    recordStore.delay = 5
    const [one, two] = [await startMiddleware({ recordStore }), await startMiddleware({ recordStore })]
    const browser = new Browser()
    await browser.visit(one, signIn)
    const seen = await Promise.all(
      Array.from({ length: 10 }, (_, number) =>
        browser.visit(number % 2 ? one : two, (ctx) => {
          Reflect.set(ctx.session, `seen${number}`, true)
          return ctx.session.update((data) => (data.count = (data.count ?? 0) + 1))
        }),
      ),
    )
    expect(new Set(seen.map(({ json }) => json))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    expect((await browser.visit(one, (ctx) => [ctx.session.count, ctx.session.length])).json).toEqual([10, 12])
  })

  test('begins a session where there is none', async () => {
    const worker = await startMiddleware()
    const browser = new Browser()
    const { setCookie } = await browser.visit(worker, (ctx) => ctx.session.update((data) => void (data.count = 1)))
    expect(setCookie).toHaveLength(1)
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ count: 1 })
  })
})

test('`signIn` gives a new id, keeps the data and notes whose the session is; `signOut` ends it', async () => {
  const worker = await startMiddleware({ sticky: false })
  const browser = new Browser()
  await browser.visit(worker, (ctx) => void (ctx.session.theme = 'dark'))
  const before = browser.sessionId
  await browser.visit(worker, (ctx) => ctx.session.signIn('ann'))
  expect(browser.sessionId).not.toBe(before)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ theme: 'dark' })
  expect((await worker.sessions.manager.load(browser.sessionId ?? ''))?.principal).toBe('ann')
  const { json } = await browser.visit(worker, async (ctx) => {
    await ctx.session.signOut()
    return [ctx.session]
  })
  expect([json, browser.cookies.size]).toEqual([[null], 0])
})

test('after `signOut` an assigned object is a new session', async () => {
  const worker = await startMiddleware({ sticky: false })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const before = browser.sessionId
  await browser.visit(worker, async (ctx) => {
    await ctx.session.signOut()
    ctx.session = { theme: 'dark' }
  })
  expect(browser.sessionId).not.toBe(before)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ theme: 'dark' })
})

test('`changeId` gives a new id and keeps the data', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const before = browser.sessionId
  await browser.visit(worker, (ctx) => ctx.session.changeId())
  expect(browser.sessionId).not.toBe(before)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

describe('a session lives without a request', () => {
  async function livesFor(
    options: HazelcastSessionOptions,
    visit: Visit = signIn,
  ): Promise<readonly [number, boolean]> {
    const worker = await startMiddleware({ sticky: false, ...options })
    const browser = new Browser()
    const { setCookie } = await browser.visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      return visit(ctx)
    })
    const session = await worker.sessions.manager.load(browser.sessionId ?? '')
    return [session?.maxInactiveInterval ?? 0, (setCookie[0] ?? '').includes('Expires')]
  }

  test.each([
    ['a day where nothing is said, as its cookie', {}, 86_400, true],
    ['as `maxAge` says', { maxAge: 90_000 }, 90, true],
    ['as `maxInactiveInterval` says, with a cookie until the browser closes', { maxInactiveInterval: 70 }, 70, false],
    ['as `maxInactiveInterval` says, beside the cookie', { maxAge: 90_000, maxInactiveInterval: 70 }, 70, true],
    ["a day with `maxAge: 'session'`", { maxAge: 'session' }, 86_400, false],
  ] as const)('%s', async (_name, options, seconds, expires) => {
    expect(await livesFor(options)).toEqual([seconds, expires])
  })

  test('as `ctx.session.maxAge` says, whatever the options do', async () => {
    const remember: Visit = (ctx) => void (ctx.session.maxAge = 500_000)
    expect(await livesFor({ maxInactiveInterval: 70 }, remember)).toEqual([500, true])
  })

  test('as `ctx.session.maxInactiveInterval` says', async () => {
    const visit: Visit = (ctx) => {
      ctx.session.maxInactiveInterval = 33
      return ctx.session.maxInactiveInterval
    }
    expect(await livesFor({}, visit)).toEqual([33, true])
  })

  test('as the environment says', async () => {
    vi.stubEnv('HZ_SESSION_MAX_INACTIVE_INTERVAL', '77')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await livesFor({})).toEqual([77, false])
  })
})

test('`renew` sets the cookie on a worker that has not set it yet', async () => {
  const recordStore = new MemoryRecordStore()
  const options = { recordStore, renew: true, sticky: false }
  const [one, two] = [await startMiddleware(options), await startMiddleware(options)]
  const browser = new Browser()
  await browser.visit(one, signIn)
  const cookies = async (worker: typeof one): Promise<number> =>
    (await browser.visit(worker, () => 'no look at it')).setCookie.length
  expect([await cookies(one), await cookies(two), await cookies(two)]).toEqual([0, 1, 0])
})

test('`skip` leaves requests without a session', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, skip: (ctx) => ctx.get('x-skip') !== '' })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  recordStore.loads = 0
  const { json } = await browser.visit(worker, (ctx) => [typeof ctx.session], { headers: { 'x-skip': 'yes' } })
  expect([json, recordStore.loads]).toEqual([['undefined'], 0])
})

test('one request has one load, and none without a cookie', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  expect(recordStore.loads).toBe(0)
  await browser.visit(worker, (ctx) => void (ctx.session.count = 1))
  expect([recordStore.loads, recordStore.writes]).toEqual([1, 2])
})

test('a session that comes to another worker goes on there, and its cookie names that', async () => {
  const recordStore = new ObservedRecordStore()
  const [one, two] = [
    await startMiddleware({ recordStore, workerName: 'w1' }),
    await startMiddleware({ recordStore, workerName: 'w2' }),
  ]
  const browser = new Browser()
  await browser.visit(one, signIn)
  expect(browser.sessionId).toMatch(/\.w1$/)
  recordStore.writes = 0
  expect((await browser.visit(two, attributesOf)).json).toEqual({ user: 'ann' })
  expect(browser.sessionId).toMatch(/\.w2$/)
  expect(recordStore.writes).toBe(0)
})

test('`routeCookie` names the worker in a cookie of its own', async () => {
  const worker = await startMiddleware({ routeCookie: true })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  expect([...browser.cookies.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual(['hzroute', 'koa.sess'])
  expect(browser.sessionId).not.toContain('.')
})

test('`health` says when the worker drains', async () => {
  const sessions = hazelcastSession({ recordStore: new MemoryRecordStore(), secret: SECRET, logger: silentLogger })
  onTestFinished(() => sessions.manager.close())
  const { url } = await visitedApp(() => sessions.health)
  expect((await fetch(url)).status).toBe(200)
  sessions.manager.drain()
  expect((await fetch(url)).status).toBe(503)
})

test('a middleware that is there twice is there once', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({
    recordStore,
    behind: async (ctx, next) => worker.sessions(ctx, next),
  })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  await browser.visit(worker, attributesOf)
  expect(recordStore.loads).toBe(1)
})

test('`genid` sees the request, and has to return a text', async () => {
  const worker = await startMiddleware({ sticky: false, genid: (ctx) => ctx.get('x-id') })
  const browser = new Browser()
  await browser.visit(worker, signIn, { headers: { 'x-id': 'mine' } })
  expect(browser.sessionId).toBe('mine')
  expect((await new Browser().visit(worker, signIn)).status).toBe(500)
})

describe('wrong options', () => {
  const place: HazelcastSessionOptions = { recordStore: new MemoryRecordStore(), secret: SECRET }

  test.each<readonly [object, string | RegExp]>([
    [{ store: {} }, '`store`: expected none: sessions are kept in Hazelcast'],
    [{ ContextStore: Map }, '`ContextStore`: expected none'],
    [{ externalKey: {} }, '`externalKey`: expected none: the id travels in a signed cookie'],
    [{ encode: () => '' }, '`encode`: expected none'],
    [{ decode: () => '' }, '`decode`: expected none'],
    [{ signed: false }, '`signed`: expected true: the cookie is always signed'],
    [{ maxAge: 0 }, "`maxAge`: expected a number > 0 of ms, or 'session'"],
    [{ maxage: 5 }, '`maxage`: there is no such option; did you mean `maxAge`?'],
    [{ sameSite: 'some' }, '`sameSite`: expected lax, strict, none, true or false'],
    [{ valid: true }, '`valid`: expected a function'],
    [{ key: 'a', cookie: { name: 'b' } }, '`key` and `cookie.name`: expected one of them'],
    [{ path: '/', cookie: { path: '/' } }, '`path` and `cookie.path`: expected one of them'],
    [{ secret: undefined }, '`secret`: expected a text, or a list of texts'],
    [{ key: 'my sess' }, '`key`: expected the name of a cookie, got `my sess`'],
    [{ cookie: { name: 'a;b' } }, '`cookie.name`: expected the name of a cookie, got `a;b`'],
    [{ routeCookie: 'a=b' }, '`routeCookie`: expected'],
    [{ domain: 'my_shop.example' }, '`domain`: expected a domain that a cookie can have, got `my_shop.example`'],
    [{ path: 'a;b' }, '`path`: expected a path that a cookie can have, got `a;b`'],
    [{ cookie: { path: 'a;b' } }, '`cookie.path`: expected a path that a cookie can have, got `a;b`'],
    [{ key: 'my sess', path: 'a;b' }, /`key`.*\n.*`path`/],
  ])('%o are refused', (options, message) => {
    expect(() => hazelcastSession({ ...place, ...options })).toThrow(message)
  })
})

test('`cookie` spells the flags as the other packages do, and the environment the name', async () => {
  vi.stubEnv('HZ_SESSION_COOKIE_NAME', 'shop.sid')
  onTestFinished(() => void vi.unstubAllEnvs())
  const worker = await startMiddleware({ cookie: { sameSite: 'lax', httpOnly: false } })
  const { setCookie } = await new Browser().visit(worker, signIn)
  expect(setCookie[0]).toMatch(/^shop\.sid=.*SameSite=Lax$/)
  expect(setCookie[0]).not.toContain('HttpOnly')
})

test('types', () => {
  expectTypeOf<Koa.Context['session']>().toEqualTypeOf<ContextSession>()
  expectTypeOf<ContextSession['user']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<ContextSession['maxAge']>().toEqualTypeOf<number | 'session'>()
  expectTypeOf<Parameters<Parameters<ContextSession['update']>[0]>[0]['count']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<ReturnType<ContextSession['commit']>>().toExtend<Promise<void> | void>()
  expectTypeOf<ContextSession['commit']>().toBeCallableWith({ save: true }, () => {})
  expectTypeOf<HazelcastSessions>().toExtend<Koa.Middleware>()
  expectTypeOf<CreateSessionOptions['store']>().toExtend<HazelcastSessionOptions['importFrom']>()
  // @ts-expect-error -- not declared in `SessionData`
  const read = (ctx: Koa.Context): unknown => ctx.session.nothing
  const write = (ctx: Koa.Context): void => {
    ctx.session = null
    ctx.session = { user: 'ann', maxAge: 1000 }
    ctx.session.maxAge = undefined
    ctx.sessionOptions.httpOnly = false
    // @ts-expect-error -- would change nothing
    ctx.sessionOptions.rolling = true
  }
  expect([typeof read, typeof write]).toEqual(['function', 'function'])
})

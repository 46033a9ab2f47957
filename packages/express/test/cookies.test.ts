import { MemoryRecordStore } from '@hazelcast-session/core'
import type { RecordStore } from '@hazelcast-session/core'
import type { Request } from 'express'
import type { CookieOptions } from 'express-session'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Browser } from './support/browser.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startWorker } from './support/test-worker.ts'
import type { TestWorker } from './support/test-worker.ts'

const HOUR = 3_600_000
const MONTH = 30 * 24 * HOUR

/** Two workers of one application. */
async function twoWorkers(
  cookie: CookieOptions,
  recordStore: RecordStore = new MemoryRecordStore(),
): Promise<[TestWorker, TestWorker]> {
  return [
    await startWorker({ recordStore, session: { cookie } }),
    await startWorker({ recordStore, session: { cookie } }),
  ]
}

/** Ms from now until the cookie of this answer expires. */
function lifeOf(setCookie: string | undefined): number {
  const expires = /Expires=([^;]+)/.exec(setCookie ?? '')?.[1] ?? ''
  return Date.parse(expires) - Date.now()
}

/** Within the two seconds that a slow machine and whole seconds in a header may cost. */
function expectLife(setCookie: string | undefined, ms: number): void {
  expect(Math.abs(lifeOf(setCookie) - ms)).toBeLessThan(ms / 10)
}

describe.each(EXPRESS_VERSIONS)('with %s', (_name, express) => {
  test('`rolling` answers every request with a fresh cookie', async () => {
    const recordStore = new MemoryRecordStore()
    const session = { rolling: true, cookie: { maxAge: HOUR } }
    const worker = await startWorker({ recordStore, express, session })
    const browser = new Browser()
    await browser.visit(worker, (req) => {
      req.session.user = 'ann'
    })
    const read = await browser.visit(worker, (req) => req.session.user)
    expectLife(read.setCookie, HOUR)
  })

  test("`secure: 'auto'` follows each request's own scheme, for a stored session too", async () => {
    const recordStore = new MemoryRecordStore()
    // The library understands `sameSite: 'auto'`; its types do not.
    const cookie = Object.assign<CookieOptions, object>({ secure: 'auto' }, { sameSite: 'auto' })
    const worker = await startWorker({ recordStore, express, session: { rolling: true, proxy: true, cookie } })
    const browser = new Browser()
    const https = { 'x-forwarded-proto': 'https' }
    const secure = await browser.visit(worker, (req) => void (req.session.user = 'ann'), https)
    expect(secure.setCookie).toMatch(/; HttpOnly; Secure; SameSite=None$/)
    const plain = await browser.visit(worker, (req) => req.session.user)
    expect(plain.setCookie).toMatch(/; HttpOnly; SameSite=Lax$/)
    const again = await browser.visit(worker, (req) => req.session.user, https)
    expect(again.setCookie).toMatch(/; HttpOnly; Secure; SameSite=None$/)
  })

  test('`cookie` as a function of the request is asked about stored sessions too', async () => {
    const recordStore = new MemoryRecordStore()
    const cookie = (req: Request): CookieOptions => ({ path: '/', sameSite: req.get('x-kiosk') ? 'strict' : 'lax' })
    const worker = await startWorker({ recordStore, express, session: { rolling: true, cookie } })
    const browser = new Browser()
    const first = await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    expect(first.setCookie).toMatch(/; SameSite=Lax$/)
    const second = await browser.visit(worker, (req) => req.session.user, { 'x-kiosk': 'yes' })
    expect(second.setCookie).toMatch(/; SameSite=Strict$/)
  })
})

test('a max age of its own stays with the session on another worker, and with its next answers ("remember me")', async () => {
  const [one, two] = await twoWorkers({})
  const browser = new Browser()
  const login = await browser.visit(one, (req) => {
    req.session.user = 'ann'
    req.session.cookie.maxAge = MONTH
  })
  expectLife(login.setCookie, MONTH)
  const elsewhere = await browser.visit(two, (req) => {
    req.session.count = 1
    return [req.session.cookie.originalMaxAge, (req.session.cookie.maxAge ?? 0) > MONTH - HOUR]
  })
  // The library reads the clock twice, and a millisecond may pass between.
  expect(elsewhere.json).toEqual([expect.closeTo(MONTH, -3), true])
  expectLife(elsewhere.setCookie, MONTH)
})

test('the max age of a cookie counts down from the last request', async () => {
  const worker = await startWorker({ recordStore: new MemoryRecordStore(), session: { cookie: { maxAge: HOUR } } })
  const browser = new Browser()
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  vi.setSystemTime(Date.now() + 20_000)
  const { json } = await browser.visit(worker, (req) => [req.session.cookie.maxAge, req.session.cookie.originalMaxAge])
  expect(json).toEqual([HOUR - 20_000, HOUR])
})

test('a session lives as long in the store as its own max age says', async () => {
  const recordStore = new MemoryRecordStore()
  const worker = await startWorker({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, (req) => {
    req.session.user = 'ann'
    req.session.cookie.maxAge = MONTH
  })
  expect(recordStore.secondsLeft(browser.sessionId ?? '')).toBeGreaterThan(MONTH / 1000)
})

test('a max age that a later request changes, without any other change, is stored', async () => {
  const [one, two] = await twoWorkers({ maxAge: HOUR })
  const browser = new Browser()
  await browser.visit(one, (req) => void (req.session.user = 'ann'))
  await browser.visit(one, (req) => void (req.session.cookie.maxAge = MONTH))
  const { json } = await browser.visit(two, (req) => req.session.cookie.originalMaxAge)
  expect(json).toEqual(expect.closeTo(MONTH, -3))
})

test.each([
  ['maxAge', null],
  ['expires', null],
  ['expires', false],
])('`cookie.%s = %s` makes it a cookie until the browser closes, for good', async (name, value) => {
  const [one, two] = await twoWorkers({ maxAge: HOUR })
  const browser = new Browser()
  const first = await browser.visit(one, (req) => {
    req.session.user = 'ann'
    Reflect.set(req.session.cookie, name, value)
  })
  expect(first.setCookie).not.toContain('Expires')
  const elsewhere = await browser.visit(two, (req) => {
    req.session.count = 1
    return [req.session.user, req.session.cookie.originalMaxAge]
  })
  expect(elsewhere).toMatchObject({ json: ['ann', null], setCookie: undefined })
})

test('a millisecond that passes while the library renews a cookie is no change to be stored', async () => {
  const recordStore = new ObservedRecordStore()
  const [one, two] = await twoWorkers({ maxAge: HOUR }, recordStore)
  const browser = new Browser()
  await browser.visit(one, (req) => void (req.session.user = 'ann'))
  await browser.visit(two, (req) => void (req.session.cookie.originalMaxAge = HOUR - 1))
  expect(recordStore.writes).toBe(1)
})

test('flags that the application changes for its middleware reach sessions that are stored', async () => {
  const recordStore = new MemoryRecordStore()
  const before = await startWorker({ recordStore })
  const cookie = { sameSite: 'strict', httpOnly: false, path: '/', domain: 'example.test', priority: 'high' } as const
  const after = await startWorker({ recordStore, session: { rolling: true, cookie: { ...cookie, partitioned: true } } })
  const browser = new Browser()
  await browser.visit(before, (req) => void (req.session.user = 'ann'))
  const { json, setCookie } = await browser.visit(after, (req) => req.session.user)
  expect(json).toBe('ann')
  expect(setCookie).toMatch(/; Domain=example\.test; Path=\/; Partitioned; Priority=High; SameSite=Strict$/)
})

test('a max age that the middleware has from now on reaches sessions that had none', async () => {
  const recordStore = new MemoryRecordStore()
  const before = await startWorker({ recordStore })
  const after = await startWorker({ recordStore, session: { cookie: { maxAge: HOUR } } })
  const browser = new Browser()
  await browser.visit(before, (req) => void (req.session.user = 'ann'))
  const { setCookie } = await browser.visit(after, (req) => void (req.session.count = 1))
  expectLife(setCookie, HOUR)
})

test.each([0, -1000])('a max age of %d ends the session', async (maxAge) => {
  const [one, two] = await twoWorkers({})
  const browser = new Browser()
  await browser.visit(one, (req) => void (req.session.user = 'ann'))
  const before = browser.cookie
  await browser.visit(two, (req) => {
    req.session.count = 1
    req.session.cookie.maxAge = maxAge
  })
  browser.cookie = before
  const { json } = await browser.visit(one, (req) => req.session.user ?? null)
  expect(json).toBeNull()
  expect(await one.store.length()).toBe(0)
})

test('a max age of 0 ends a session that nothing else changed', async () => {
  const [one] = await twoWorkers({})
  const browser = new Browser()
  await browser.visit(one, (req) => void (req.session.user = 'ann'))
  await browser.visit(one, (req) => void (req.session.cookie.maxAge = 0))
  expect(await one.store.length()).toBe(0)
})

test('the cookie options and `genid` are asked once by a request, and see the request itself', async () => {
  const recordStore = new MemoryRecordStore()
  const seen: (string | undefined)[] = []
  const genid = (req: Request): string => {
    seen.push(req.get('x-name'))
    return `id-${Math.random()}`
  }
  const worker = await startWorker({ recordStore, session: { genid, cookie: { maxAge: HOUR } } })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'), { 'x-name': 'first' })
  await browser.visit(worker, (req) => void (req.session.count = 1), { 'x-name': 'second' })
  await browser.visit(worker, (req) => req.session.user, { 'x-name': 'third' })
  expect(seen).toEqual(['first', 'second', 'third'])
})

test('`genid` may use what only the request itself has, and may fail where no new session is wanted', async () => {
  const recordStore = new MemoryRecordStore()
  const tenants = new WeakMap<Request, string>()
  const genid = (req: Request): string => {
    const tenant = tenants.get(req)
    if (tenant === undefined) throw new Error('nobody knows this tenant')
    return `${tenant}-${Math.random()}`
  }
  const worker = await startWorker({
    recordStore,
    session: { genid, rolling: true, cookie: { sameSite: 'strict' } },
    before: (req, _res, next) => {
      const tenant = req.get('x-tenant')
      if (tenant) tenants.set(req, tenant)
      next()
    },
  })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'), { 'x-tenant': 'acme' })
  expect(browser.sessionId).toMatch(/^acme-/)
  const id = await browser.visit(worker, (req) => [req.session.id === browser.sessionId, req.session.user], {
    'x-tenant': 'acme',
  })
  expect(id.json).toEqual([true, 'ann'])
  const unknown = await browser.visit(worker, (req) => [req.session.id === browser.sessionId, req.session.user])
  expect(unknown.json).toEqual([true, 'ann'])
  expect(unknown.setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
  const restarted = await startWorker({ recordStore, session: { genid } })
  const first = await browser.visit(restarted, (req) => [req.session.id === browser.sessionId, req.session.user])
  expect(first.json).toEqual([true, 'ann'])
  const failed = await new Browser().visit(worker, (req) => req.session.user)
  expect(failed.status).toBe(500)
})

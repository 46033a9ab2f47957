import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type { Visit } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')
const MONTH = 30 * 24 * 3_600_000

async function twoWorkers(settings: MiddlewareSettings = {}): Promise<[MiddlewareWorker, MiddlewareWorker]> {
  const recordStore = settings.recordStore ?? new MemoryRecordStore()
  return [
    await startMiddleware({ ...settings, recordStore, workerName: 'w1' }),
    await startMiddleware({ ...settings, recordStore, workerName: 'w2' }),
  ]
}

/** Each cookie that an answer sets, without values and flags. */
function cookieNames(headers: Headers): (string | undefined)[] {
  return headers.getSetCookie().map((cookie) => cookie.split('=')[0])
}

describe.each(EXPRESS_VERSIONS)('with %s', (_name, express) => {
  test.each<[string, Visit]>([
    ['reads', user],
    ['does not look at the session', () => 'nothing'],
  ])('a take-over is a cookie and no write, for a request that %s', async (_what, visit) => {
    const recordStore = new ObservedRecordStore()
    const [one, two] = await twoWorkers({ express, recordStore })
    const taken: unknown[] = []
    two.sessions.manager.on('takenOver', ({ session }) => taken.push(session.id))
    const browser = new Browser()
    await browser.visit(one, logIn)
    const before = browser.sessionId
    expect(before).toMatch(/^HZ[0-9A-F]{32}\.w1$/)
    recordStore.writes = 0
    const moved = await browser.visit(two, visit)
    expect(moved.setCookie).toBeDefined()
    expect(browser.sessionId).toBe(before?.replace('.w1', '.w2'))
    expect(recordStore).toMatchObject({ loads: 1, writes: 0 })
    expect(taken).toEqual([before?.replace('.w1', '')])
    const again = await browser.visit(two, user)
    expect(again).toMatchObject({ json: 'ann', setCookie: undefined })
  })

  test('without stickiness the cookie names no worker, and moves from one to the other', async () => {
    const [one, two] = await twoWorkers({ express, sticky: false })
    const browser = new Browser()
    await browser.visit(one, logIn)
    expect(browser.sessionId).toMatch(/^HZ[0-9A-F]{32}$/)
    const read = await browser.visit(two, user)
    expect(read).toMatchObject({ json: 'ann', setCookie: undefined })
  })

  test('with `routeCookie` the worker has a cookie of its own, which alone a take-over re-issues', async () => {
    const [one, two] = await twoWorkers({ express, routeCookie: true })
    const browser = new Browser()
    const first = await browser.visit(one, logIn)
    expect(cookieNames(first.headers)).toEqual(['connect.sid', 'hzroute'])
    expect(first.headers.getSetCookie()[1]).toBe('hzroute=w1; Path=/; HttpOnly')
    expect(browser.sessionId).toMatch(/^HZ[0-9A-F]{32}$/)
    for (const visit of [user, () => 'nothing'] satisfies Visit[]) {
      const moved = await browser.visit(two, visit, { cookie: `${browser.cookie}; hzroute=w1` })
      expect(moved.headers.getSetCookie()).toEqual(['hzroute=w2; Path=/; HttpOnly'])
      const stayed = await browser.visit(two, visit, { cookie: `${browser.cookie}; hzroute=w2` })
      expect(stayed.headers.getSetCookie()).toEqual([])
    }
  })

  test('the route cookie may have another name', async () => {
    const one = await startMiddleware({ express, routeCookie: 'route' })
    const { headers } = await new Browser().visit(one, logIn)
    expect(cookieNames(headers)).toEqual(['connect.sid', 'route'])
  })

  test("an interval of the session's own survives a take-over, with a max age of the cookies and without", async () => {
    for (const cookie of [{}, { maxAge: MONTH }]) {
      const [one, two] = await twoWorkers({ express, cookie })
      const browser = new Browser()
      await browser.visit(one, (req) => {
        req.session.user = 'ann'
        req.session.maxInactiveInterval = 60
      })
      const { json } = await browser.visit(two, (req) => [req.session.maxInactiveInterval, req.session.user])
      expect(json).toEqual([60, 'ann'])
      await browser.visit(two, (req) => void (req.session.count = 1))
      const after = await browser.visit(one, (req) => req.session.maxInactiveInterval)
      expect(after.json).toBe(60)
    }
  })

  test('an interval that alone was changed is stored', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = await twoWorkers({ express, recordStore })
    const browser = new Browser()
    await browser.visit(one, logIn)
    await browser.visit(two, (req) => void (req.session.maxInactiveInterval = 86_400))
    const id = browser.sessionId?.split('.')[0] ?? ''
    expect(recordStore.secondsLeft(id)).toBeGreaterThan(86_000)
    const wrong = await browser.visit(one, (req) => void (req.session.maxInactiveInterval = -1))
    expect(wrong.status).toBe(500)
  })

  test("a max age of the session's own survives a take-over, and so does its interval", async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, (req) => {
      req.session.user = 'ann'
      req.session.cookie.maxAge = MONTH
    })
    const moved = await browser.visit(two, (req) => [
      req.session.cookie.originalMaxAge,
      req.session.maxInactiveInterval * 1000,
    ])
    // The library reads the clock twice, and a millisecond may pass between.
    expect(moved.json).toEqual([expect.closeTo(MONTH, -3), expect.closeTo(MONTH, -3)])
    expect(Date.parse(/Expires=([^;]+)/.exec(moved.setCookie ?? '')?.[1] ?? '')).toBeGreaterThan(Date.now() + MONTH / 2)
  })

  test('a worker that drains answers 503 to health checks, keeps its sessions served, and binds none', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const health = one.route((req, res) => void one.sessions.health(req, res, () => {}))
    expect(await new Browser().get(one.url + health)).toMatchObject({ status: 200 })
    one.sessions.manager.drain()
    expect(await new Browser().get(one.url + health)).toMatchObject({ status: 503 })
    const served = await browser.visit(one, user)
    expect(served).toMatchObject({ json: 'ann', setCookie: expect.any(String) })
    expect(browser.sessionId).toMatch(/^HZ[0-9A-F]{32}$/)
    await browser.visit(two, user)
    const foreign = await browser.visit(one, user)
    expect(foreign).toMatchObject({ json: 'ann', setCookie: undefined })
  })

  test('after a rotation the cookie is signed anew, and the old secret can go', async () => {
    const recordStore = new MemoryRecordStore()
    const before = await startMiddleware({ express, recordStore, secret: 'old' })
    const rotating = await startMiddleware({ express, recordStore, secret: ['new', 'old'] })
    const after = await startMiddleware({ express, recordStore, secret: 'new' })
    for (const visit of [user, () => 'nothing'] satisfies Visit[]) {
      const browser = new Browser()
      await browser.visit(before, logIn)
      const renewed = await browser.visit(rotating, visit)
      expect(renewed.setCookie).toBeDefined()
      const { json } = await browser.visit(after, user)
      expect(json).toBe('ann')
    }
  })

  test('an id of somebody else’s making is accepted when it is stored, with dots and all, and never adopted', async () => {
    const recordStore = new MemoryRecordStore()
    const ids = ['3f2b.made.elsewhere', 'w1', 'a-uuid']
    for (const id of ids) {
      const one = await startMiddleware({ express, recordStore, genid: () => id, sticky: false })
      const two = await startMiddleware({ express, recordStore, workerName: 'w2' })
      const browser = new Browser()
      await browser.visit(one, logIn)
      const found = await browser.visit(two, (req) => [req.session.user, req.sessionID])
      expect(found.json).toEqual(['ann', id])
      expect(browser.sessionId).toBe(`${id}.w2`)
      const again = await browser.visit(one, user)
      expect(again.json).toBe('ann')

      const stranger = await startMiddleware({ express })
      const other = await browser.visit(stranger, (req) => ((req.session.user = 'bob'), req.sessionID))
      expect(other.json).toMatch(/^HZ/)
    }
  })
})

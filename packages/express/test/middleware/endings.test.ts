import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { attributesOf } from '../support/session-data.ts'
import type { Visit } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')

async function twoWorkers(settings: MiddlewareSettings = {}): Promise<[MiddlewareWorker, MiddlewareWorker]> {
  const recordStore = new MemoryRecordStore()
  return [
    await startMiddleware({ recordStore, workerName: 'w1', ...settings }),
    await startMiddleware({ recordStore, workerName: 'w2', ...settings }),
  ]
}

/** A second browser with the same cookie, which it keeps. */
function twinOf(browser: Browser): Browser {
  const twin = new Browser()
  twin.cookie = browser.cookie
  return twin
}

describe.each(EXPRESS_VERSIONS)('with %s', (_name, express) => {
  test('a slow request that began before the log-out writes nothing, and leaves the cookie alone', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const slow = await twinOf(browser).visit(one, async (req) => {
      req.session.count = 1
      await browser.visit(two, (other) => other.session.signOut())
    })
    expect(slow).toMatchObject({ status: 200, setCookie: undefined })
    expect(slow.headers.getSetCookie()).toEqual([])
    expect(await liveSessions(one)).toBe(0)
  })

  test('an explicit save after the log-out rejects with SESSION_ENDED, and so does `update`', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const late = await twinOf(browser).visit(one, async (req) => {
      req.session.count = 1
      await browser.visit(two, (other) => other.session.signOut())
      const saved = await promisify<void>((done) => req.session.save(done))().catch((error: unknown) => error)
      const updated = await req.session.update((data) => void (data.count = 2)).catch((error: unknown) => error)
      return [saved, updated].map((error) => Reflect.get(Object(error), 'code'))
    })
    expect(late.json).toEqual(['SESSION_ENDED', 'SESSION_ENDED'])
  })

  test('a late write is told of', async () => {
    const [one, two] = await twoWorkers({ express })
    const names: string[] = []
    one.sessions.manager.on('lateWrite', (event) => names.push(...event.names))
    const browser = new Browser()
    await browser.visit(one, logIn)
    await twinOf(browser).visit(one, async (req) => {
      req.session.count = 1
      await browser.visit(two, (other) => other.session.signOut())
    })
    expect(names).toEqual(['count'])
  })

  test('`signIn` gives a new id, keeps the data, and ends the old id with the first request of the new', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.theme = 'dark'))
    const old = twinOf(browser)
    const login = await browser.visit(two, async (req) => {
      const before = req.sessionID
      req.session.user = 'ann'
      await req.session.signIn('ann')
      return [before === req.sessionID, req.session.id === req.sessionID]
    })
    expect(login).toMatchObject({ json: [false, true], setCookie: expect.any(String) })
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({ theme: 'dark', user: 'ann' })
    const stale = await old.visit(one, attributesOf)
    expect(stale).toMatchObject({ json: {}, setCookie: undefined })
  })

  test('a change under an id that was renamed a moment ago is a 409 without a cookie, and so are log-in and log-out', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.theme = 'dark'))
    const old = twinOf(browser)
    await browser.visit(two, (req) => req.session.signIn('ann'))
    await browser.visit(two, user)
    for (const visit of [
      logIn,
      (req) => req.session.update((data) => void (data.count = 1)),
      (req) => req.session.signIn('bob'),
      (req) => req.session.signOut(),
      (req) => req.session.changeId(),
      (req) => promisify<void>((done) => req.session.regenerate(done))(),
      (req) => promisify<void>((done) => req.session.destroy(done))(),
    ] satisfies Visit[]) {
      const answer = await old.visit(one, async (req, res) => {
        await visit(req, res)
      })
      expect(answer).toMatchObject({ status: 409, json: { code: 'SESSION_RENAMED' } })
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const { json } = await browser.visit(one, (req) => req.session.theme)
    expect(json).toBe('dark')
  })

  test('a sign-in after a log-out a moment ago works, by `signIn` and by `regenerate`', async () => {
    const [one, two] = await twoWorkers({ express })
    for (const signIn of [
      (req) => req.session.signIn('bob'),
      async (req) => {
        await promisify<void>((done) => req.session.regenerate(done))()
        req.session.user = 'bob'
      },
    ] satisfies Visit[]) {
      const browser = new Browser()
      await browser.visit(one, logIn)
      const { cookie } = browser
      await browser.visit(one, (req) => req.session.signOut())
      browser.cookie = cookie
      const refused = await browser.visit(two, (req) => void (req.session.count = 1))
      expect(refused).toMatchObject({ status: 409, setCookie: undefined })
      const login = await browser.visit(two, async (req) => {
        await signIn(req)
        req.session.theme = 'dark'
      })
      expect(login).toMatchObject({ status: 200, setCookie: expect.any(String) })
      const { json } = await browser.visit(one, (req) => req.session.theme)
      expect(json).toBe('dark')
    }
  })

  test('`signOut` ends the session everywhere and clears the cookie', async () => {
    const [one, two] = await twoWorkers({ express, cookie: { domain: 'example.test', path: '/' } })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const logout = await browser.visit(two, async (req) => {
      await req.session.signOut()
      return req.session ?? null
    })
    expect(logout.json).toBeNull()
    expect(logout.headers.getSetCookie()).toEqual([
      'connect.sid=; Domain=example.test; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly',
    ])
    const { json } = await browser.visit(one, user)
    expect(json).toBeNull()
  })

  test('`changeId` gives a new id, and keeps data and principal', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, async (req) => {
      req.session.user = 'ann'
      await req.session.signIn('ann')
    })
    const before = browser.sessionId
    await browser.visit(two, (req) => req.session.changeId())
    expect(browser.sessionId).not.toBe(before)
    const { json } = await browser.visit(one, user)
    expect(json).toBe('ann')
  })

  test('the id cannot be changed once the headers are gone', async () => {
    const one = await startMiddleware({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    let code: unknown
    await browser.visit(one, async (req, res) => {
      res.flushHeaders()
      await expect.poll(() => res.headersSent).toBe(true)
      code = await req.session.changeId().catch((error: unknown) => Reflect.get(Object(error), 'code'))
      res.end()
    })
    expect(code).toBe('HEADERS_SENT')
  })

  test('a session that begins after the headers is an error, and the browser notices', async () => {
    const one = await startMiddleware({ express })
    const broken = new Browser().visit(one, async (req, res) => {
      res.write('one')
      void logIn(req, res)
      res.end('two')
    })
    await expect(broken).rejects.toThrow(/terminated|fetch failed/)
  })
})

async function liveSessions({ sessions }: MiddlewareWorker): Promise<number> {
  let live = 0
  for await (const _ of sessions.manager.sessions()) live++
  return live
}

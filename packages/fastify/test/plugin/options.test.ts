import { Signer } from '@fastify/cookie'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { SessionCookie, setCookieHeader } from '@hazelcast-session/core/adapter'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startPlugin } from '../support/plugin-worker.ts'
import type { PluginWorker } from '../support/plugin-worker.ts'
import { SECRET, attributesOf } from '../support/store-worker.ts'

async function visitor(worker: PluginWorker, name?: string): Promise<Browser> {
  const browser = new Browser(name)
  await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
  return browser
}

describe('`secret`', () => {
  test('of several the first signs, and what another one signed is signed anew with the next answer', async () => {
    const recordStore = new MemoryRecordStore()
    const before = await startPlugin({ recordStore, secret: 'old', rolling: false })
    const browser = await visitor(before)
    const after = await startPlugin({ recordStore, secret: ['new', 'old'], rolling: false })
    const read = await browser.get(after.route(attributesOf))
    expect([read.json, read.setCookie === undefined]).toEqual([{ user: 'ann' }, false])
    expect((await browser.get(after.route(attributesOf))).setCookie).toBeUndefined()
    const last = await startPlugin({ recordStore, secret: 'new' })
    expect((await browser.get(last.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('may be a list that the application changes while it runs', async () => {
    const secrets = ['old']
    const worker = await startPlugin({ secret: secrets, rolling: false })
    const browser = await visitor(worker)
    secrets.unshift('new')
    const rotated = browser.copy()
    expect((await rotated.get(worker.route(attributesOf))).setCookie).toBeDefined()
    secrets.pop()
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({})
    expect((await rotated.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('may be a signer, which says when to sign anew', async () => {
    const recordStore = new MemoryRecordStore()
    const old = new Signer('of before', 'sha512')
    const browser = await visitor(await startPlugin({ recordStore, secret: old, rolling: false }))
    const worker = await startPlugin({
      recordStore,
      secret: new Signer(['new', 'of before'], 'sha512'),
      rolling: false,
    })
    expect(await browser.get(worker.route(attributesOf))).toMatchObject({ json: { user: 'ann' } })
    expect((await browser.get(worker.route(attributesOf))).setCookie).toBeUndefined()
    const stranger = await startPlugin({ recordStore, secret: 'new' })
    expect((await browser.get(stranger.route(attributesOf))).json).toEqual({})
  })
})

describe('`cookieName` and `cookiePrefix`', () => {
  test('name the cookie and mark its value; by default it is the one of all frameworks', async () => {
    const worker = await startPlugin({ cookieName: 'shop.sid', sticky: false })
    const browser = await visitor(worker, 'shop.sid')
    const theirs = new SessionCookie('shop.sid', [SECRET])
    const { value = '' } = theirs.read(browser.cookie) ?? {}
    expect(value).toMatch(/^HZ[0-9A-F]{32}$/)
    const other = new Browser('shop.sid')
    other.cookie = setCookieHeader(theirs.write(value, {})).split(';')[0]
    expect((await other.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test("of another prefix are written with it, and understood with the usual one and with the library's none", async () => {
    const recordStore = new MemoryRecordStore()
    const shared = { recordStore, sticky: false, rolling: false }
    const plain = await startPlugin({ ...shared, cookiePrefix: '' })
    const usual = await startPlugin(shared)
    const browser = await visitor(plain)
    expect(browser.cookie).toMatch(/^sessionId=HZ/)
    expect((await browser.get(usual.route(attributesOf))).json).toEqual({ user: 'ann' })
    expect(browser.cookie).toMatch(/^sessionId=s%3AHZ/)
    expect((await browser.get(plain.route(attributesOf))).json).toEqual({ user: 'ann' })
    expect(browser.cookie).toMatch(/^sessionId=HZ/)
  })

  test('is called as `cookie.name` says, too', async () => {
    const worker = await startPlugin({ cookie: { name: 'own' } })
    expect((await visitor(worker, 'own')).cookie).toMatch(/^own=/)
  })
})

describe('`cookie`', () => {
  test('has the flags that it is given', async () => {
    const flags = {
      domain: '127.0.0.1',
      path: '/visit',
      httpOnly: false,
      sameSite: 'strict',
      priority: 'high',
    } as const
    const worker = await startPlugin({ cookie: { ...flags, maxAge: 60_000, partitioned: true } })
    const { setCookie } = await new Browser().get(worker.route(async ({ session }) => void (session.user = 'ann')))
    expect(setCookie?.replace(/=s.*?;/, '=…;').replace(/Expires=[^;]+/, 'Expires=…')).toBe(
      'sessionId=…; Domain=127.0.0.1; Path=/visit; Expires=…; Partitioned; Priority=High; SameSite=Strict',
    )
  })

  test.each([
    ['/visit', { user: 'ann' }],
    ['/visit/', { user: 'ann' }],
    ['/vis', 'none'],
    ['/elsewhere', 'none'],
  ])('of the path %s is for what lies below, and elsewhere there is no session', async (path, expected) => {
    const worker = await startPlugin({ cookie: { path } })
    const visit = worker.route((request) => {
      if ((request.session as unknown) === undefined) return ['none']
      request.session.user = 'ann'
      return [attributesOf(request)]
    })
    expect((await new Browser().get(`${visit}?query`)).json).toEqual([expected])
  })

  test.each([
    ['http', undefined, false, 'Lax'],
    ['https', 'https', true, undefined],
  ])("with `secure: 'auto'` follows the request: %s", async (_title, proto, isSecure, sameSite) => {
    const worker = await startPlugin({ cookie: { secure: 'auto' }, server: { trustProxy: true } })
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto }
    const { setCookie } = await new Browser().get(
      worker.route(async ({ session }) => void (session.user = 'ann')),
      {
        headers,
      },
    )
    expect(setCookie?.includes('Secure')).toBe(isSecure)
    expect(/SameSite=(\w+)/.exec(setCookie ?? '')?.[1]).toBe(sameSite)
  })

  test('is `secure` by default: over http no session begins, which is said once; one that is there goes on', async () => {
    const lines: string[] = []
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({
      recordStore,
      saveUninitialized: true,
      cookie: { secure: true },
      server: {
        trustProxy: true,
        logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } },
      },
    })
    const browser = new Browser()
    for (const _ of [1, 2]) {
      await browser.get(worker.route(() => 'nothing'))
      await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    }
    expect([browser.cookie, recordStore.writes, lines.length]).toEqual([undefined, 0, 1])
    expect(lines[0]).toContain('trustProxy')
    const secure = { headers: { 'x-forwarded-proto': 'https' } }
    await browser.get(
      worker.route(async ({ session }) => void (session.user = 'ann')),
      secure,
    )
    const insecure = await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
    expect(insecure.setCookie).toBeUndefined()
    expect((await browser.get(worker.route(attributesOf), secure)).json).toEqual({ user: 'ann', count: 1 })
  })

  test('that expires at a date ends every session then', async () => {
    const expires = new Date(Date.now() + 7_200_000)
    const worker = await startPlugin({ cookie: { expires } })
    const browser = await visitor(worker)
    const { json, setCookie } = await browser.get(
      worker.route(({ session }) => [session.maxInactiveInterval, session.cookie]),
    )
    expect(json).toMatchObject([
      expect.closeTo(7200, -1),
      { expires: expires.toISOString(), originalExpires: expires.toISOString(), originalMaxAge: null },
    ])
    expect(setCookie).toContain(`Expires=${expires.toUTCString()}`)
  })
})

describe('`rolling`', () => {
  test.each([
    [undefined, true],
    [true, true],
    [false, false],
  ])('%s: an answer to a request that reads sets the cookie: %s', async (rolling, expected) => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore, ...(rolling === undefined ? {} : { rolling }) })
    const browser = await visitor(worker)
    const { writes } = recordStore
    const answers = [
      await browser.get(worker.route(({ session }) => session.user)),
      await browser.get(worker.route(() => 'not looked at')),
    ]
    expect(answers.map(({ setCookie }) => setCookie !== undefined)).toEqual([expected, expected])
    expect(recordStore.writes).toBe(writes)
  })

  test('false: an answer to a request that changes something sets a cookie that lasts for some time', async () => {
    const worker = await startPlugin({ rolling: false, cookie: { maxAge: 60_000 } })
    const browser = await visitor(worker)
    const change = await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
    const read = await browser.get(worker.route(attributesOf))
    expect([change.setCookie === undefined, read.setCookie === undefined]).toEqual([false, true])
  })
})

describe('`saveUninitialized`', () => {
  test('is true by default, and stores what nobody has looked at', async () => {
    const recordStore = new ObservedRecordStore()
    const app = fastify()
    await app.register(hazelcastSession, { recordStore, secret: SECRET, cookie: { secure: false } })
    app.get('/', async () => 'nothing')
    const { cookies } = await app.inject('/')
    expect([cookies.length, recordStore.writes]).toEqual([1, 1])
    await app.close()
  })

  test('false: a session begins with its first change', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore })
    expect((await new Browser().get(worker.route(attributesOf))).setCookie).toBeUndefined()
    expect(recordStore.writes).toBe(0)
  })
})

describe('`idGenerator`', () => {
  test('makes the ids, and sees the request and what was in its session', async () => {
    let number = 0
    const worker = await startPlugin({
      sticky: false,
      idGenerator: ({ session, headers }) => `${session.user ?? 'new'}-${headers.host}-${++number}`,
    })
    const browser = await visitor(worker)
    expect(browser.value).toMatch(/^new-127\.0\.0\.1:\d+-1$/)
    await browser.get(worker.route(async ({ session }) => session.regenerate(['user'])))
    expect(browser.value).toMatch(/^ann-127\.0\.0\.1:\d+-2$/)
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('that returns no text is an error', async () => {
    const worker = await startPlugin({ idGenerator: () => '' })
    const { status, text } = await new Browser().get(worker.route(({ session }) => session.user))
    expect([status, text]).toEqual([500, expect.stringContaining('Expected `idGenerator` to return a text')])
  })
})

test('`skip`: a request that needs no session costs nothing and has none', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startPlugin({ recordStore, skip: ({ url }) => url.endsWith('?static') })
  const browser = await visitor(worker)
  const visit = worker.route((request) => [(request.session as unknown) === undefined])
  const { loads } = recordStore
  expect((await browser.get(`${visit}?static`)).json).toEqual([true])
  expect(recordStore.loads).toBe(loads)
  expect((await browser.get(visit)).json).toEqual([false])
})

test('`routeCookie`: the worker’s name travels in a cookie of its own', async () => {
  const recordStore = new MemoryRecordStore()
  const one = await startPlugin({ recordStore, workerName: 'w1', routeCookie: true })
  const browser = new Browser()
  const answer = await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
  expect(browser.value).not.toContain('.')
  expect(answer.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^hzroute=w1; /))
})

describe('options that are wrong', () => {
  test.each([
    [{ secret: '' }, '`secret`: expected at least 1 characters'],
    [{ secret: undefined }, '`secret`: expected a text, or a list of texts'],
    [{ cookieName: 'a', cookie: { name: 'b' } }, '`cookieName` and `cookie.name`: expected one of them'],
    [{ store: {} }, '`store`: expected none: sessions are kept in Hazelcast'],
    [{ algorithm: 'sha512' }, "`algorithm`: expected 'sha256'"],
    [{ cookie: { sameSite: 'sometimes' } }, '`cookie.sameSite`'],
    [{ cookie: { maxage: 7 } }, '`cookie.maxage`: there is no such option'],
    [{ saveUninitialised: false }, '`saveUninitialised`: there is no such option; did you mean `saveUninitialized`?'],
    [{ rolling: 'yes' }, '`rolling`'],
    [{ idGenerator: 'uuid' }, '`idGenerator`: expected a function'],
    [{ skip: '/static' }, '`skip`: expected a function'],
  ])('%o are named when the application starts', async (wrong, message) => {
    const app = fastify()
    const options = { recordStore: new MemoryRecordStore(), secret: SECRET, ...wrong }
    const registered = (async () => app.register(hazelcastSession, Object.assign<object, object>({}, options)))()
    await expect(registered).rejects.toThrow(message)
  })

  test('are named all in one message, without the secret', async () => {
    const app = fastify()
    const options: object = { secret: ['mine', 7], rolling: 7, sticki: true, recordStore: new MemoryRecordStore() }
    const error: unknown = await (async () => app.register(hazelcastSession, options))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect(String(error)).toMatch(/secret[^]*rolling[^]*sticki|sticki[^]*secret[^]*rolling|secret[^]*sticki/)
    expect(String(error)).not.toContain('mine')
  })
})

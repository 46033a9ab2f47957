import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { inspect, promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import express from 'express'
import type { Request, RequestHandler } from 'express'
import type session from 'express-session'
import { Passport } from 'passport'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore, hazelcastSession } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { attributesOf } from '../support/session-data.ts'
import { listen, silentLogger } from '../support/test-worker.ts'
import type { Visit } from '../support/test-worker.ts'
import { SECRET, startMiddleware } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')

/** All handlers as one. */
function chained(...handlers: RequestHandler[]): RequestHandler {
  const router = express.Router()
  for (const handler of handlers) router.use(handler)
  return router
}

describe.each(EXPRESS_VERSIONS)('with %s', (_name, version) => {
  test('passport logs in, with a new id, and out', async () => {
    const recordStore = new MemoryRecordStore()
    const workers = await Promise.all(
      ['w1', 'w2'].map((workerName) => {
        const passport = new Passport()
        passport.serializeUser((who, done) => done(null, Reflect.get(who, 'name')))
        passport.deserializeUser((name, done) => done(null, { name: String(name) }))
        const behind = chained(passport.initialize(), passport.session())
        return startMiddleware({ express: version, recordStore, workerName, behind })
      }),
    )
    const [one, two] = workers
    if (!one || !two) throw new Error('There are no workers.')
    const browser = new Browser()
    await browser.visit(one, (req) => void (req.session.cart = { items: ['tea'] }))
    const before = browser.sessionId
    const login = await browser.visit(two, (req) =>
      promisify<object, object, void>((who, options, done) => req.logIn(who, options as never, done))(
        { name: 'ann' },
        { keepSessionInfo: true },
      ),
    )
    expect(login.setCookie).toBeDefined()
    expect(browser.sessionId?.slice(0, -3)).not.toBe(before?.slice(0, -3))
    const who: Visit = (req) => [req.isAuthenticated(), req.user ?? null, attributesOf(req)]
    const after = await browser.visit(one, who)
    expect(after.json).toEqual([true, { name: 'ann' }, { cart: { items: ['tea'] }, passport: { user: 'ann' } }])
    await browser.visit(two, (req) => promisify<void>((done) => req.logOut(done))())
    const out = await browser.visit(one, who)
    expect(out.json).toEqual([false, null, {}])
  })

  test('messages that are shown once ("flash") are, after a redirect to another worker', async () => {
    const flash: RequestHandler = (req, _res, next) => {
      const messages = Reflect.get(req.session, 'flash') ?? []
      Object.assign(req, { flash: (text: string) => Object.assign(req.session, { flash: [...messages, text] }) })
      Object.assign(req, { messages })
      if (messages.length > 0) Reflect.deleteProperty(req.session, 'flash')
      next()
    }
    const recordStore = new MemoryRecordStore()
    const one = await startMiddleware({ express: version, recordStore, behind: flash })
    const two = await startMiddleware({ express: version, recordStore, behind: flash, workerName: 'w2' })
    const browser = new Browser()
    await browser.visit(one, (req, res) => {
      Reflect.get(req, 'flash')('Saved.')
      res.redirect('/')
    })
    const messages: Visit = (req) => Reflect.get(req, 'messages')
    const shown = [await browser.visit(two, messages), await browser.visit(one, messages)]
    expect(shown.map(({ json }) => json)).toEqual([['Saved.'], []])
  })

  test('`req.sessionStore` gets, sets, destroys and lists sessions', async () => {
    const worker = await startMiddleware({ express: version })
    const browser = new Browser()
    const { json } = await browser.visit(worker, async (req) => {
      const { sessionStore: store } = req
      const cookie = { originalMaxAge: null }
      await promisify<void>((done) => store.set('another', { cookie, user: 'bob' } as session.SessionData, done))()
      const found = await promisify<unknown>((done) => store.get('another', done))()
      const all = await promisify<unknown>((done) => store.all?.(done))()
      await promisify<void>((done) => store.destroy('another', done))()
      const gone = await promisify<unknown>((done) => store.get('another', done))()
      return [Reflect.get(Object(found), 'user'), Object.values(Object(all)).length, gone ?? null]
    })
    expect(json).toEqual(['bob', 1, null])
  })

  test('`req.sessionStore` stores what it is given, also the session of another middleware', async () => {
    const [worker, other] = await Promise.all([1, 2].map(() => startMiddleware({ express: version })))
    if (!worker || !other) throw new Error('There are no workers.')
    let foreign: Request['sessionStore'] | undefined
    await new Browser().visit(other, (req) => void (foreign = req.sessionStore))
    const { json } = await new Browser().visit(worker, async (req) => {
      req.session.user = 'ann'
      await promisify<void>((done) => foreign?.set(req.sessionID, req.session as never, done))()
      return promisify<unknown>((done) => foreign?.get(req.sessionID, done))()
    })
    expect(json).toMatchObject({ user: 'ann' })
  })

  test('`req.sessionStore` saves, touches, regenerates and ends the session of the request', async () => {
    const worker = await startMiddleware({ express: version })
    const browser = new Browser()
    await browser.visit(worker, async (req) => {
      req.session.count = 1
      await promisify<void>((done) => req.sessionStore.set(req.sessionID, req.session as never, done))()
      await promisify<void>((done) => req.sessionStore.touch?.(req.sessionID, req.session as never, () => done(null)))()
    })
    const before = browser.sessionId
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ count: 1 })
    await browser.visit(worker, async (req) => {
      await promisify<void>((done) => req.sessionStore.regenerate(req, done))()
      req.session.user = 'ann'
    })
    expect(browser.sessionId).not.toBe(before)
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
    const ended = await browser.visit(worker, async (req) => {
      const store = req.sessionStore
      if (store instanceof HazelcastStore) await store.end(req.session)
      return typeof req.session
    })
    expect(ended.json).toBe('undefined')
    expect((await browser.visit(worker, user)).json).toBeNull()
  })
})

test('what inherits from a session is shown as it is', async () => {
  const worker = await startMiddleware()
  const { json } = await new Browser().visit(worker, (req) => {
    req.session.user = 'ann'
    const heir: typeof req.session = Object.create(req.session)
    return [heir.id === req.sessionID, heir.isNew, heir.maxInactiveInterval, heir.user]
  })
  expect(json).toEqual([true, true, 1800, 'ann'])
})

test('`console.log` shows what a session holds', async () => {
  const worker = await startMiddleware()
  const { json } = await new Browser().visit(worker, (req) => {
    req.session.user = 'ann'
    return inspect(req.session)
  })
  expect(json).toMatch(/^Session \{[\s\S]*cookie: [\s\S]*user: 'ann'/)
})

test('a second middleware that meets a session leaves it alone, and loads nothing', async () => {
  const recordStore = new MemoryRecordStore()
  const inner = hazelcastSession({ recordStore, secret: SECRET, name: 'inner.sid', logger: silentLogger })
  onTestFinished(() => inner.manager.close())
  const worker = await startMiddleware({ recordStore, behind: inner })
  const browser = new Browser()
  const first = await browser.visit(worker, logIn)
  expect(first.headers.getSetCookie()).toHaveLength(1)
  expect((await browser.visit(worker, user)).json).toBe('ann')
})

test('two middlewares on different paths each have their sessions and cookies', async () => {
  const recordStore = new MemoryRecordStore()
  const app = express()
  for (const path of ['/shop', '/admin']) {
    const sessions = hazelcastSession({
      recordStore,
      secret: SECRET,
      saveUninitialized: false,
      name: `${path.slice(1)}.sid`,
      cookie: { path },
      logger: silentLogger,
    })
    onTestFinished(() => sessions.manager.close())
    app.use(sessions)
    app.get(path, (req, res) => res.json((req.session.count = (req.session.count ?? 0) + 1)))
  }
  const url = await listen(app)
  const [shop, admin] = [new Browser(), new Browser()]
  for (const path of ['/shop', '/shop', '/shop']) await shop.get(url + path)
  await admin.get(`${url}/admin`)
  expect([(await shop.get(`${url}/shop`)).json, (await admin.get(`${url}/admin`)).json]).toEqual([4, 2])
  expect(shop.cookie).toMatch(/^shop\.sid=/)
})

describe('without Express', () => {
  test('a plain server of node has sessions', async () => {
    const sessions = hazelcastSession({
      recordStore: new MemoryRecordStore(),
      secret: SECRET,
      saveUninitialized: false,
      logger: silentLogger,
    })
    onTestFinished(() => sessions.manager.close())
    const server = createServer((req, res) => {
      sessions(req as Request, res as never, () => {
        const { session: own } = req as Request
        own.count = (own.count ?? 0) + 1
        res.end(String(own.count))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const browser = new Browser()
    for (const path of ['/', '/a?b=/c', '/#x']) await browser.get(url + path)
    expect((await browser.get(url)).text).toBe('4')
    const viaProxy = await new Promise<string>((resolve, reject) => {
      const req = request(url, { path: `${url}/absolute`, headers: { cookie: browser.cookie } }, (res) => {
        res.setEncoding('utf8').on('data', resolve)
      })
      req.on('error', reject).end()
    })
    expect(viaProxy).toBe('5')
  })

  test("a WebSocket's upgrade can read its session, and is not touched otherwise", async () => {
    const worker = await startMiddleware()
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const server = createServer()
    server.on('upgrade', (req: Request, socket) => {
      worker.sessions(req, {} as never, () => {
        socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n${req.session.user}`)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const headers = { cookie: browser.cookie, connection: 'Upgrade', upgrade: 'x' }
    const upgrade = request({ port: typeof address === 'object' ? address?.port : 0, headers }).end()
    const [, socket, head] = await once(upgrade, 'upgrade')
    const rest = await new Promise<string>((resolve) => {
      let text = String(head)
      socket.on('data', (data: Buffer) => (text += String(data))).on('end', () => resolve(text))
    })
    expect(rest).toBe('ann')
  })

  test('a socket that lives long can save its session', async () => {
    const worker = await startMiddleware()
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const req = Object.assign(Object.create(null), { headers: { cookie: browser.cookie }, url: '/', socket: {} })
    await promisify<void>((done) => worker.sessions(req as IncomingMessage as Request, {} as never, done))()
    req.session.count = 1
    await promisify<void>((done) => req.session.save(done))()
    expect((await browser.visit(worker, (other) => other.session.count)).json).toBe(1)
  })
})

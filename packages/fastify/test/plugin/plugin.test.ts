import { setTimeout as pause } from 'node:timers/promises'
import { MemoryRecordStore } from '@hazelcast-session/core'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore, hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startPlugin } from '../support/plugin-worker.ts'
import { fatal } from '../support/fatal.ts'
import { SECRET, attributesOf } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

function options(own: HazelcastSessionOptions = {}): HazelcastSessionOptions {
  const recordStore = new MemoryRecordStore()
  return {
    recordStore,
    secret: SECRET,
    saveUninitialized: false,
    logger: silentLogger,
    cookie: { secure: false },
    ...own,
  }
}

function opened(): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => app.close())
  return app
}

describe('two instances side by side', () => {
  test('have their own sessions, cookies, options and managers', async () => {
    const app = opened()
    const shops = [
      { prefix: '/a', cookieName: 'a.sid', maxInactiveInterval: 100 },
      { prefix: '/b', cookieName: 'b.sid', maxInactiveInterval: 200 },
    ]
    for (const { prefix, ...own } of shops) {
      await app.register(
        async (shop) => {
          await shop.register(hazelcastSession, options(own))
          shop.get('/', async ({ session }) => ({
            count: (session.count = (session.count ?? 0) + 1),
            interval: session.maxInactiveInterval,
          }))
          shop.get('/manager', async () => ({ interval: shop.sessions.manager.maxInactiveInterval }))
        },
        { prefix },
      )
    }
    app.get('/none', async (request) => ({ hasSession: 'session' in request }))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const [a, b] = [new Browser('a.sid'), new Browser('b.sid')]
    expect((await a.get(`${url}/a`)).json).toEqual({ count: 1, interval: 100 })
    expect((await b.get(`${url}/b`)).json).toEqual({ count: 1, interval: 200 })
    const both = new Browser('none')
    both.cookie = `${a.cookie}; ${b.cookie}`
    expect((await both.get(`${url}/a`)).json).toEqual({ count: 2, interval: 100 })
    expect((await both.get(`${url}/b`)).json).toEqual({ count: 2, interval: 200 })
    expect((await both.get(`${url}/a/manager`)).json).toEqual({ interval: 100 })
    expect((await both.get(`${url}/none`)).json).toEqual({ hasSession: false })
    expect(app.hasDecorator('sessions')).toBe(false)
  })

  test.each([
    ['another secret', 'another secret of the tests', { user: 'none' }],
    ['the same secret', SECRET, { user: 'ann' }],
  ])('with the same map and %s: who shows the value of one cookie as the other', async (_title, secret, expected) => {
    const app = opened()
    const { recordStore } = options()
    for (const own of [{ cookieName: 'a' }, { cookieName: 'b', secret }]) {
      await app.register(
        async (shop) => {
          await shop.register(hazelcastSession, options({ recordStore, ...own }))
          shop.get('/in', async ({ session }) => void (session.user = 'ann'))
          shop.get('/', async ({ session }) => ({ user: session.user ?? 'none' }))
        },
        { prefix: own.cookieName },
      )
    }
    const { cookies } = await app.inject('/a/in')
    const value = cookies[0]?.value ?? ''
    expect((await app.inject({ url: '/a', cookies: { a: value } })).json()).toEqual({ user: 'ann' })
    expect((await app.inject({ url: '/b', cookies: { b: value } })).json()).toEqual(expected)
  })

  test('cannot be one within the other, as with the library', async () => {
    const app = opened()
    await app.register(hazelcastSession, options())
    const second = (async () => app.register(hazelcastSession, options()))()
    await expect(second).rejects.toMatchObject({ code: 'FST_ERR_DEC_ALREADY_PRESENT' })
  })
})

describe('the plugin', () => {
  test('is there for plugins that depend on the library', async () => {
    const app = opened()
    await app.register(hazelcastSession, options())
    await app.register(fp(async () => {}, { dependencies: ['@fastify/session'] }))
    expect([app.hasPlugin('@fastify/session'), app.hasPlugin('@hazelcast-session/fastify')]).toEqual([true, true])
  })

  test('takes what `register` takes beside its options, and no promise of the application’s', async () => {
    const app = opened()
    void app.register(hazelcastSession, { ...options(), logLevel: 'warn' })
    app.get('/', async ({ session }) => ({ isNew: session.isNew }))
    expect((await app.inject('/')).json()).toEqual({ isNew: true })
  })

  test('answers health checks, and 503 from the moment that the application closes', async () => {
    const app = opened()
    await app.register(hazelcastSession, options())
    app.get('/health', app.sessions.health)
    expect((await app.inject('/health')).statusCode).toBe(200)
    app.sessions.manager.drain()
    expect((await app.inject('/health')).statusCode).toBe(503)
  })

  test('lets requests under way be saved when the application closes, and disconnects then', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore, server: { forceCloseConnections: false } })
    const begun: { close?: Promise<unknown> } = {}
    const answer = await new Browser().get(
      worker.route(async ({ session }, reply) => {
        begun.close = worker.app.close()
        await pause(20)
        session.user = 'ann'
        return reply.header('connection', 'close').send({ isDraining: worker.manager.isDraining })
      }),
    )
    expect(answer).toMatchObject({ status: 200, json: { isDraining: true } })
    await begun.close
    expect(recordStore.writes).toBe(1)
    await expect(worker.manager.load('any')).rejects.toMatchObject({ code: 'MANAGER_CLOSED' })
  })

  test('can be switched off by `enabled: false`: sessions are kept in memory', async () => {
    const app = opened()
    await app.register(hazelcastSession, { enabled: false, secret: SECRET, cookie: { secure: false } })
    app.get('/', async ({ session }) => ({ count: (session.count = (session.count ?? 0) + 1) }))
    const { cookies } = await app.inject('/')
    const again = await app.inject({ url: '/', cookies: { sessionId: cookies[0]?.value ?? '' } })
    expect(again.json()).toEqual({ count: 2 })
  })

  test('serves requests that no route knows', async () => {
    const app = opened()
    await app.register(hazelcastSession, options())
    app.setNotFoundHandler(async ({ session }, reply) => {
      session.count = 1
      return reply.code(404).send({ own: true })
    })
    const { statusCode, cookies } = await app.inject('/nowhere')
    expect([statusCode, cookies.length]).toEqual([404, 1])
  })
})

describe('`request.sessionStore`', () => {
  test('is a store that knows the sessions of requests', async () => {
    const worker = await startPlugin()
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const { json } = await browser.get(
      worker.route(async ({ session, sessionStore }) => {
        if (!(sessionStore instanceof HazelcastStore)) return 'no store'
        const value = await sessionStore.update(session, (data) => (data.count = (data.count ?? 0) + 1))
        const listed = await sessionStore.all()
        return [value, session.count, listed.length, await sessionStore.get(session.sessionId)]
      }),
    )
    expect(json).toEqual([1, 1, 1, { user: 'ann', count: 1, cookie: { originalMaxAge: null } }])
  })
})

describe('`app.decryptSession`', () => {
  test('shows the session of a cookie’s value to whatever is taken for a request', async () => {
    const worker = await startPlugin()
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const value = decodeURIComponent(browser.cookie ?? '').replace('sessionId=', '')
    for (const signed of [value, value.slice(2)]) {
      const request: { session?: { user?: string; save(): Promise<void> } } = {}
      await new Promise<void>((resolve, reject) => {
        worker.app.decryptSession(signed, request, (error) => (error ? reject(error as Error) : resolve()))
      })
      expect(request.session?.user).toBe('ann')
      if (request.session) request.session.user = 'bob'
      await request.session?.save()
      expect((await browser.get(worker.route(attributesOf))).json).toEqual({ user: 'bob' })
      await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    }
  })

  test('of a forged value, or of none, is a new session; cookie options may be given', async () => {
    const worker = await startPlugin()
    const request: { session?: { isNew: boolean; cookie: { maxAge: number } } } = {}
    await new Promise<void>((resolve) => {
      worker.app.decryptSession('forged.value', request, { maxAge: 60_000 }, () => resolve())
    })
    expect(request.session).toMatchObject({ isNew: true, cookie: { maxAge: expect.closeTo(60_000, -3) } })
  })

  test('tells its callback what the load failed with, and shows nothing', async () => {
    const errors = fatal()
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore, sticky: false, skip: ({ url }) => url.endsWith('?skipped') })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const value = decodeURIComponent(browser.cookie ?? '').replace('sessionId=', '')
    const told = (request: object): Promise<unknown> =>
      new Promise((resolve) => worker.app.decryptSession(value, request, (error) => resolve(error)))
    const visit = worker.route(async (request) => {
      recordStore.isDown = true
      const error = await told(request)
      recordStore.isDown = false
      return { error, user: (request.session as { user?: string } | undefined)?.user ?? 'none' }
    })
    for (const url of [visit, `${visit}?skipped`]) {
      expect((await new Browser().get(url)).json).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' }, user: 'none' })
    }
    recordStore.isDown = true
    const request = {}
    expect(await told(request)).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([request, errors]).toEqual([{}, []])
  })

  test('on a request under way makes it the session of that request', async () => {
    const worker = await startPlugin()
    const [ann, bob] = [new Browser(), new Browser()]
    await ann.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const value = decodeURIComponent(ann.cookie ?? '').replace('sessionId=', '')
    const { json } = await bob.get(
      worker.route(async (request) => {
        await new Promise<void>((resolve) => worker.app.decryptSession(value, request, () => resolve()))
        request.session.count = 1
        return attributesOf(request)
      }),
    )
    expect([json, bob.value]).toEqual([{ user: 'ann', count: 1 }, ann.value])
    expect((await ann.get(worker.route(attributesOf))).json).toEqual({ user: 'ann', count: 1 })
  })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import { MemoryRecordStore } from '@hazelcast-session/core'
import Koa from 'koa'
import Koa2 from 'koa2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions, HazelcastSessions } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { attributesOf } from '../support/session-data.ts'
import { SECRET } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

function sessionsOf(options: HazelcastSessionOptions = {}): HazelcastSessions {
  const sessions = hazelcastSession({
    recordStore: new MemoryRecordStore(),
    secret: SECRET,
    logger: silentLogger,
    ...options,
  })
  onTestFinished(() => sessions.manager.close())
  return sessions
}

async function urlOf(app: Koa): Promise<string> {
  app.silent = true
  const answer = app.callback()
  const server = createServer((req, res) => void answer(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

/** Runs a middleware for paths below `prefix` alone, as koa-mount does. */
function mounted(prefix: string, middleware: Koa.Middleware): Koa.Middleware {
  return (ctx, next) => (ctx.path.startsWith(prefix) ? middleware(ctx, next) : next())
}

const count: Koa.Middleware = (ctx) => {
  ctx.session.count = (ctx.session.count ?? 0) + 1
  ctx.body = JSON.stringify([ctx.session.count, ctx.sessionOptions.key])
}

/** What a request shows that no middleware of ours has handled. */
const unhandled: Koa.Middleware = (ctx) => {
  const before = [typeof ctx.session, typeof ctx.sessionOptions]
  Object.assign(ctx, { session: 'own', sessionOptions: 'own too' })
  ctx.body = JSON.stringify([...before, ctx.session, ctx.sessionOptions, Object.hasOwn(ctx, 'session')])
}

describe.each([
  ['3', Koa],
  ['2', Koa2],
] as const)('the context of Koa %s', (_, Version) => {
  test('has the properties once for all requests, and each request its own session', async () => {
    const app = new Version()
    const own: boolean[] = []
    app.use(sessionsOf()).use((ctx, next) => {
      own.push(Object.hasOwn(ctx, 'session'), Object.hasOwn(ctx, 'sessionOptions'))
      return next()
    })
    const url = await urlOf(app.use(count))
    const [ann, bob] = [new Browser(), new Browser()]
    await ann.get(url)
    expect([(await ann.get(url)).json, (await bob.get(url)).json]).toEqual([
      [2, 'koa.sess'],
      [1, 'koa.sess'],
    ])
    expect(own).toEqual(Array(6).fill(false))
  })

  test('leaves requests alone that are not handled, before and after one that is', async () => {
    const app = new Version()
    const url = await urlOf(app.use(mounted('/shop', sessionsOf())).use(mounted('/shop', count)).use(unhandled))
    const expected = ['undefined', 'undefined', 'own', 'own too', true]
    const browser = new Browser()
    expect((await browser.get(url)).json).toEqual(expected)
    expect((await browser.get(`${url}/shop`)).json).toEqual([1, 'koa.sess'])
    expect((await browser.get(url)).json).toEqual(expected)
  })
})

test('two middlewares with options of their own share an application', async () => {
  const app = new Koa()
  for (const key of ['shop', 'admin']) app.use(mounted(`/${key}`, sessionsOf({ key })))
  const url = await urlOf(app.use(count))
  const browser = new Browser()
  await browser.get(`${url}/shop`)
  expect((await browser.get(`${url}/admin`)).json).toEqual([1, 'admin'])
  expect((await browser.get(`${url}/shop`)).json).toEqual([2, 'shop'])
  expect([...browser.cookies.keys()]).toEqual(['shop', 'admin'])
})

test('one middleware serves two applications', async () => {
  const sessions = sessionsOf()
  const [one, two] = [new Koa(), new Koa()].map((app) => app.use(sessions).use(count))
  const browser = new Browser()
  await browser.get(await urlOf(one ?? new Koa()))
  expect((await browser.get(await urlOf(two ?? new Koa()))).json).toEqual([2, 'koa.sess'])
})

test('an application with a `session` of its own keeps it where the middleware does not come', async () => {
  const app = new Koa()
  Object.assign(app.context, { session: 'the own one' })
  app.use(mounted('/shop', sessionsOf())).use(mounted('/shop', count))
  const url = await urlOf(app.use((ctx) => void (ctx.body = JSON.stringify([ctx.session]))))
  const browser = new Browser()
  expect((await browser.get(`${url}/shop`)).json).toEqual([1, 'koa.sess'])
  expect((await browser.get(url)).json).toEqual(['the own one'])
  expect((await browser.get(`${url}/shop`)).json).toEqual([2, 'koa.sess'])
})

test('an application that gives its context a `session` later has both too', async () => {
  const app = new Koa()
  app.use(mounted('/shop', sessionsOf())).use(mounted('/shop', count))
  const url = await urlOf(app.use((ctx) => void (ctx.body = JSON.stringify([ctx.session ?? 'none']))))
  const browser = new Browser()
  await browser.get(`${url}/shop`)
  expect((await browser.get(url)).json).toEqual(['none'])
  Reflect.set(app.context, 'session', 'the own one')
  expect((await browser.get(url)).json).toEqual(['the own one'])
  expect((await browser.get(`${url}/shop`)).json).toEqual([2, 'koa.sess'])
})

test('what a middleware before ours has put on the request gives way', async () => {
  const app = new Koa()
  app.use((ctx, next) => {
    Object.assign(ctx, { session: { user: 'somebody else' } })
    return next()
  })
  const url = await urlOf(app.use(sessionsOf()).use((ctx) => void (ctx.body = JSON.stringify(attributesOf(ctx)))))
  const browser = new Browser()
  expect([(await browser.get(url)).json, (await browser.get(url)).json]).toEqual([{}, {}])
})

test('a context that wraps another one has a session, and the other one none', async () => {
  const app = new Koa()
  const sessions = sessionsOf()
  const url = await urlOf(
    app.use((ctx) => {
      const wrapped: Koa.Context = Object.create(ctx)
      return sessions(wrapped, async () => {
        wrapped.session = { user: 'ann' }
        ctx.body = JSON.stringify([wrapped.session.user, typeof ctx.session])
      })
    }),
  )
  const { json, setCookie } = await new Browser().get(url)
  expect([json, setCookie.length]).toEqual([['ann', 'undefined'], 1])
})

test('`ctx.sessionOptions` of a session cannot be replaced', async () => {
  const app = new Koa()
  app.use(sessionsOf()).use((ctx) => void Object.assign(ctx, { sessionOptions: {} }))
  expect((await fetch(await urlOf(app))).status).toBe(500)
})

import { setTimeout as pause } from 'node:timers/promises'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifySessionOptions } from '@fastify/session'
import { MemoryRecordStore } from '@hazelcast-session/core'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest, LightMyRequestResponse } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore, hazelcastSession } from '../../src/index.ts'
import { SECRET, attributesOf, startStoreWorker } from '../support/store-worker.ts'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

type Options = Partial<Omit<FastifySessionOptions, 'store' | 'secret'>>
type Visit = (request: FastifyRequest, reply: FastifyReply) => unknown

/** What the two are compared by; expiry dates apart, which are some milliseconds apart. */
interface Seen {
  readonly status: number
  readonly setCookie: readonly string[]
  readonly text: string
}

type Site = (visit: Visit) => Promise<Seen>

async function siteOf(register: (app: FastifyInstance) => Promise<unknown>): Promise<Site> {
  const app = fastify()
  onTestFinished(() => app.close())
  await register(app)
  const visits: { current: Visit } = { current: () => null }
  app.get('/', (request, reply) => visits.current(request, reply))
  let cookie: string | undefined
  return async (visit) => {
    visits.current = visit
    const answer = await app.inject({ url: '/', headers: cookie === undefined ? {} : { cookie } })
    const seen = { status: answer.statusCode, setCookie: cookiesOf(answer), text: answer.body }
    const set = [answer.headers['set-cookie'] ?? []].flat().findLast((line) => line.startsWith('sessionId='))
    if (set !== undefined) cookie = set.split(';')[0]
    return seen
  }
}

function cookiesOf({ headers }: LightMyRequestResponse): string[] {
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((line) => decodeURIComponent(line).replace(/Expires=[^;]+/, 'Expires'))
}

/** The library on its own store, and ours, with the same ids and prefix. */
async function both(options: Options): Promise<{ readonly library: Site; readonly ours: Site }> {
  const ids = (): (() => string) => {
    let number = 0
    return () => `id-${++number}`
  }
  const shared = { secret: SECRET, cookiePrefix: '', ...options, cookie: { secure: false, ...options.cookie } } as const
  return {
    library: await siteOf(async (app) => {
      await app.register(fastifyCookie)
      await app.register(fastifySession, { ...shared, cookie: { ...shared.cookie }, idGenerator: ids() })
    }),
    ours: await siteOf(async (app) => {
      const own = { recordStore: new MemoryRecordStore(), logger: silentLogger, sticky: false, idGenerator: ids() }
      const { encode: _, ...cookie } = shared.cookie
      await app.register(hazelcastSession, { ...shared, ...own, cookie })
    }),
  }
}

const counted: Visit = async ({ session }) => ({ count: (session.count = (session.count ?? 0) + 1) })
const read: Visit = async (request) => attributesOf(request)

describe('the library and ours answer the same, to the byte', () => {
  const settings: Options[] = [
    {},
    { saveUninitialized: false },
    { rolling: false, saveUninitialized: false, cookie: { maxAge: 60_000 } },
    { cookie: { maxAge: 60_000 } },
    {
      rolling: false,
      cookie: { maxAge: 60_000, sameSite: 'strict', httpOnly: false, domain: 'example.com', path: '/' },
    },
    { cookie: { secure: 'auto', sameSite: 'none' } },
    { cookiePrefix: 's:' },
  ]
  const scripts: Record<string, readonly Visit[]> = {
    'reads and changes': [read, counted, read, counted, counted, read],
    'an explicit save': [
      async ({ session }) => {
        session.user = 'ann'
        await session.save()
        return 'saved'
      },
      read,
    ],
    regenerate: [
      counted,
      async ({ session }) => session.regenerate(['count']).then(() => 'done'),
      read,
      async (request) => request.session.regenerate(['count']).then(() => attributesOf(request)),
    ],
    'regenerate with all names': [
      counted,
      async (request) => {
        request.session.cookie.maxAge = 7_200_000
        await request.session.regenerate(Object.keys(request.session))
        return [request.session.cookie.originalMaxAge, request.session.count]
      },
      async ({ session }) => [session.cookie.originalMaxAge, session.count],
    ],
    'a reload of what was never stored': [
      async (request) => {
        request.session.user = 'ann'
        await request.session.reload()
        return [attributesOf(request), request.session.isModified()]
      },
      counted,
    ],
    'options and touch': [
      counted,
      async ({ session }) => {
        session.options({ maxAge: 5000, sameSite: 'lax' })
        session.touch()
        session.user = 'ann'
        return [session.cookie.originalMaxAge, session.get('user'), session.isModified()]
      },
    ],
    'an error': [
      async ({ session }) => {
        session.count = 1
        throw Object.assign(new Error('no'), { statusCode: 400 })
      },
      read,
    ],
    'a redirect': [
      async ({ session }, reply) => {
        session.count = 1
        return reply.redirect('/elsewhere')
      },
      read,
    ],
  }
  test.each(settings.flatMap((options) => Object.keys(scripts).map((script) => [script, options] as const)))(
    '%s: %o',
    async (script, options) => {
      const { library, ours } = await both(options)
      for (const visit of scripts[script] ?? []) expect(await ours(visit)).toEqual(await library(visit))
    },
  )
})

describe('they differ on purpose:', () => {
  test('`destroy` clears the cookie', async () => {
    const { library, ours } = await both({})
    const destroy: Visit = async ({ session }) => session.destroy().then(() => 'done')
    for (const site of [library, ours]) await site(counted)
    expect((await library(destroy)).setCookie).toEqual([])
    expect((await ours(destroy)).setCookie).toEqual(['sessionId=; Path=/; Expires; HttpOnly'])
  })

  test('`regenerate` without keys tells the browser, with `saveUninitialized` false', async () => {
    const { library, ours } = await both({ saveUninitialized: false })
    const regenerate: Visit = async ({ session }) => session.regenerate().then(() => 'done')
    for (const site of [library, ours]) await site(counted)
    expect((await library(regenerate)).setCookie).toEqual([expect.stringMatching(/^sessionId=; /)])
    expect((await ours(regenerate)).setCookie).toEqual([expect.stringMatching(/^sessionId=id-2\./)])
  })

  test('`isSaved` says whether all is stored', async () => {
    const { library, ours } = await both({})
    const saved: Visit = async ({ session }) => {
      const before = session.isSaved()
      session.count = 7
      await session.save()
      session.count = 8
      return [before, session.isSaved()]
    }
    for (const site of [library, ours]) await site(counted)
    expect([(await library(saved)).text, (await ours(saved)).text]).toEqual(['[false,true]', '[true,false]'])
  })

  test('names of the session’s own are no attributes', async () => {
    const { library, ours } = await both({})
    const named: Visit = async ({ session }) => void Reflect.set(session, 'isNew', 'mine')
    for (const site of [library, ours]) await site(named)
    const { text } = await library(read)
    expect([JSON.parse(text), JSON.parse((await ours(read)).text)]).toEqual([{ isNew: 'mine' }, {}])
  })

  test('what is no session, in the place of one, is an error', async () => {
    const { library, ours } = await both({})
    const replaced: Visit = async (request) => Reflect.set(request, 'session', { user: 'ann' }) && 'done'
    expect([(await library(replaced)).status, (await ours(replaced)).status]).toEqual([200, 500])
  })

  test('with `rolling` false a cookie that lasts until the browser closes is set once', async () => {
    const { library, ours } = await both({ rolling: false })
    for (const site of [library, ours]) expect((await site(counted)).setCookie).toHaveLength(1)
    expect((await library(counted)).setCookie).toHaveLength(1)
    expect((await ours(counted)).setCookie).toEqual([])
  })

  test('with `rolling` false a request that only reads is a use of the session', async () => {
    const recordStore = new MemoryRecordStore()
    const worker = await startPlugin({ recordStore, rolling: false, touchAfter: 0, cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const lastUse = async (): Promise<number> =>
      (await worker.manager.load(browser.value?.split('.')[0] ?? ''))?.lastAccessedAt ?? 0
    const before = await lastUse()
    await pause(5)
    await browser.get(worker.route(attributesOf))
    await expect.poll(lastUse).toBeGreaterThan(before)
  })
})

test('from `HazelcastStore` to `hazelcastSession` and back nobody is logged out', async () => {
  const recordStore = new MemoryRecordStore()
  const own = { recordStore, rolling: false, sticky: false }
  const before = await startStoreWorker({ recordStore })
  const browser = new Browser()
  await browser.get(before.route(async ({ session }) => void (session.user = 'ann')))
  const plugin = await startPlugin(own)
  expect((await browser.get(plugin.route(attributesOf))).json).toEqual({ user: 'ann' })
  const back = await startStoreWorker({ recordStore, session: { cookiePrefix: 's:' } })
  expect((await browser.get(back.route(attributesOf))).json).toEqual({ user: 'ann' })
  expect(back.store).toBeInstanceOf(HazelcastStore)
})

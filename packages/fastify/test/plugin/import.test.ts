import fastifySession from '@fastify/session'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { MemoryRecordStore } from '@hazelcast-session/core'
import type { FastifyRequest, Session } from 'fastify'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import { SECRET, attributesOf, startStoreWorker } from '../support/store-worker.ts'

const HOUR = 3_600_000

/** The library's own store, and what is in it. */
function oldStore(): { readonly sessions: Map<string, Session>; readonly importFrom: fastifySession.SessionStore } {
  const sessions = new Map<string, Session>()
  // Its types hide that it takes a map.
  return { sessions, importFrom: Reflect.construct(fastifySession.MemoryStore, [sessions]) }
}

/** A browser with a session in the application of before: @fastify/session. */
async function before(store: fastifySession.SessionStore, logIn: (request: FastifyRequest) => void): Promise<Browser> {
  const session = { store, secret: SECRET }
  const old = await startStoreWorker({ recordStore: new MemoryRecordStore(), session })
  const browser = new Browser()
  await browser.get(old.route(async (request) => logIn(request)))
  return browser
}

const logIn = ({ session }: FastifyRequest): void => {
  session.user = 'ann'
  session.cart = { items: ['tea'] }
}

test('a session is moved once, with its id, and nobody notices', async () => {
  const { sessions, importFrom } = oldStore()
  const browser = await before(importFrom, logIn)
  const id = browser.value ?? ''
  expect([...sessions.keys()]).toEqual([id])
  const recordStore = new ObservedRecordStore()
  const worker = await startPlugin({ recordStore, importFrom, rolling: false })
  const first = await browser.get(worker.route(async ({ session }) => [session.sessionId, attributesOf({ session })]))
  expect(first.json).toEqual([id, { user: 'ann', cart: { items: ['tea'] } }])
  expect(browser.value).toBe(`${id}.w1`)
  expect([sessions.size, recordStore.writes]).toEqual([0, 1])
  const second = await browser.get(worker.route(async ({ session }) => session.user))
  expect([second.text, recordStore.writes]).toEqual(['ann', 1])
})

test('a session keeps the max age that it has of its own, and is not moved when that is over', async () => {
  const { sessions, importFrom } = oldStore()
  const browser = await before(importFrom, (request) => {
    logIn(request)
    request.session.cookie.maxAge = HOUR
  })
  const [late, user] = [browser.copy(), (request: FastifyRequest) => request.session.user ?? 'nobody']
  const stored = structuredClone(JSON.parse(JSON.stringify([...sessions.values()][0])))
  const worker = await startPlugin({ importFrom })
  const lives = async ({ session }: FastifyRequest) => [session.maxInactiveInterval, session.cookie.originalMaxAge]
  expect((await browser.get(worker.route(lives))).json).toEqual([HOUR / 1000, HOUR])

  const id = late.value?.replace(/\.w1$/, '') ?? ''
  // As a store in a database gives it back.
  sessions.set(id, { ...stored, cookie: { ...stored.cookie, expires: new Date(Date.now() - 1).toISOString() } })
  const other = await startPlugin({ importFrom })
  expect((await late.get(other.route(async (request) => user(request)))).text).toBe('nobody')
})

test('who was logged out stays so, whatever the old store still has', async () => {
  const { sessions, importFrom } = oldStore()
  const browser = await before(importFrom, logIn)
  const [[id, stored] = ['', undefined]] = sessions
  const worker = await startPlugin({ importFrom })
  const thief = browser.copy()
  await browser.get(worker.route(async ({ session }) => session.signOut()))
  if (stored) sessions.set(id, stored)
  expect((await thief.get(worker.route(async ({ session }) => session.user ?? 'nobody'))).text).toBe('nobody')
})

test('a store that fails is a 503 for who touches the session, and for nobody else', async () => {
  const { importFrom } = oldStore()
  const browser = await before(importFrom, logIn)
  importFrom.get = (_id, done) => done(new Error('connect ECONNREFUSED'))
  const worker = await startPlugin({ importFrom })
  const answer = await browser.get(worker.route(async ({ session }) => session.user))
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect((await browser.get(worker.route(async () => 'fine'))).status).toBe(200)
})

test('what is no store is refused at the start', async () => {
  await expect(startPlugin({ importFrom: {} as never })).rejects.toThrow(/`importFrom`: expected a store/)
  await expect(startPlugin({ store: {} } as never)).rejects.toThrow(/`store`: expected none: .*`importFrom`/)
})

import { setTimeout as pause } from 'node:timers/promises'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { fatal } from '../support/fatal.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf, startStoreWorker } from '../support/store-worker.ts'

/**
 * @see https://github.com/fastify/session/issues/99
 * @see https://github.com/fastify/session/issues/184
 * @see https://github.com/fastify/session/issues/254
 */
test.each(['no', 'a synchronous', 'an async'])(
  'an async handler that sends and does not return the reply ends no process, with %s hook behind the library’s',
  async (kind) => {
    const errors = fatal()
    const recordStore = new ObservedRecordStore()
    recordStore.delay = 5
    const worker = await startStoreWorker({
      recordStore,
      behind: (app) => {
        if (kind === 'an async') app.addHook('onSend', async () => pause(1))
        if (kind === 'a synchronous') app.addHook('onSend', (_request, _reply, _payload, done) => done())
      },
    })
    const browser = new Browser()
    const visit = worker.route(async ({ session }, reply) => {
      session.count = (session.count ?? 0) + 1
      reply.send({ count: session.count })
    })
    for (const count of [1, 2, 3]) expect(await browser.get(visit)).toMatchObject({ status: 200, json: { count } })
    await pause(20)
    expect(errors).toEqual([])
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ count: 3 })
  },
)

test('what a callback of the application throws is an uncaught exception, as ever', async () => {
  const errors = fatal()
  const worker = await startStoreWorker({ recordStore: new MemoryRecordStore() })
  await new Browser().get(
    worker.route(async ({ session }) => {
      session.save(() => {
        throw new Error('the application’s own')
      })
      await pause(20)
    }),
  )
  expect(errors).toEqual([new Error('the application’s own')])
})

test('a save that fails is a 503 with Retry-After and no cookie, and the store is not waited for twice', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startStoreWorker({ recordStore })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
  const { writes } = recordStore
  const answer = await browser.get(
    worker.route(async ({ session }) => {
      session.count = 2
      recordStore.isDown = true
      return 'fine'
    }),
  )
  expect(answer).toMatchObject({ status: 503, setCookie: undefined })
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.text).not.toContain('fine')
  expect(recordStore.writes - writes).toBeLessThanOrEqual(2)
})

test('a load that fails is a 503, and a request without a cookie is served', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startStoreWorker({ recordStore })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void (session.count = 1)))
  recordStore.isDown = true
  const visit = worker.route(() => 'served')
  expect(await browser.get(visit)).toMatchObject({ status: 503 })
  expect(await new Browser().get(visit)).toMatchObject({ status: 200, text: 'served' })
})

test('a response waits for the save', async () => {
  const recordStore = new ObservedRecordStore()
  const [one, two] = [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
  const browser = new Browser()
  const target = two.route(attributesOf)
  recordStore.delay = 30
  const answer = await browser.get(
    one.route(async ({ session }, reply) => {
      session.user = 'ann'
      return reply.redirect(target, 303)
    }),
  )
  expect(answer.status).toBe(303)
  expect((await browser.get(answer.headers.get('location') ?? '')).json).toEqual({ user: 'ann' })
})

/** A library's bug that no store can prevent: the README tells of it. */
test('a change of secrets logs out whoever changes nothing, where `saveUninitialized` is false', async () => {
  const recordStore = new MemoryRecordStore()
  const [old, next] = ['the secret of before, long enough', 'the secret from now on, long enough']
  const before = await startStoreWorker({ recordStore, session: { secret: old } })
  const browser = new Browser()
  await browser.get(before.route(async ({ session }) => void (session.user = 'ann')))
  const strict = await startStoreWorker({ recordStore, session: { secret: [next, old] } })
  const read = await browser.copy().get(strict.route(attributesOf))
  expect([read.json, read.headers.getSetCookie().join()]).toEqual([{ user: 'ann' }, expect.stringContaining('1970')])
  // As the README says.
  const lenient = await startStoreWorker({ recordStore, session: { secret: [next, old], saveUninitialized: true } })
  expect((await browser.get(lenient.route(attributesOf))).setCookie).toBeDefined()
  const after = await startStoreWorker({ recordStore, session: { secret: next } })
  expect((await browser.get(after.route(attributesOf))).json).toEqual({ user: 'ann' })
})

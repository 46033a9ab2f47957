import { setTimeout as pause } from 'node:timers/promises'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { fatal } from '../support/fatal.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startPlugin } from '../support/plugin-worker.ts'
import type { PluginWorker } from '../support/plugin-worker.ts'
import { attributesOf } from '../support/store-worker.ts'

async function visitor(worker: PluginWorker, attributes: object = { count: 0 }): Promise<Browser> {
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void Object.assign(session, attributes)))
  return browser
}

/**
 * @see https://github.com/fastify/session/issues/99
 * @see https://github.com/fastify/session/issues/184
 * @see https://github.com/fastify/session/issues/254
 */
test.each(['no', 'a synchronous', 'an async'])(
  'an async handler that sends and does not return the reply is answered once, with %s hook behind the plugin',
  async (kind) => {
    const errors = fatal()
    const recordStore = new ObservedRecordStore()
    recordStore.delay = 5
    const worker = await startPlugin({
      recordStore,
      behind: (app) => {
        if (kind === 'an async') app.addHook('onSend', async () => pause(1))
        if (kind === 'a synchronous') app.addHook('onSend', (_request, _reply, _payload, done) => done())
      },
    })
    const browser = await visitor(worker)
    const { writes } = recordStore
    const visit = worker.route(async ({ session }, reply) => {
      session.count = (session.count ?? 0) + 1
      reply.send({ count: session.count })
    })
    for (const count of [1, 2, 3]) expect(await browser.get(visit)).toMatchObject({ status: 200, json: { count } })
    await pause(20)
    expect([errors, recordStore.writes - writes]).toEqual([[], 3])
  },
)

/** @see https://github.com/fastify/session/blob/v11.1.3/index.js#L167 the library clears a cookie that it would sign otherwise */
test.each([true, false])('a change of secrets logs nobody out, with `rolling` %s', async (rolling) => {
  const recordStore = new MemoryRecordStore()
  const browser = await visitor(await startPlugin({ recordStore, secret: 'old', rolling }))
  const worker = await startPlugin({ recordStore, secret: ['new', 'old'], rolling })
  const visits = [worker.route(() => 'not looked at'), worker.route(attributesOf)]
  for (const visit of visits) {
    const copy = browser.copy()
    const { setCookie } = await copy.get(visit)
    expect(setCookie).not.toContain('1970')
    expect((await copy.get(worker.route(attributesOf))).json).toEqual({ count: 0 })
  }
})

/** @see https://github.com/fastify/session/issues/240 */
test('`regenerate` leaves nothing of the session before, and keeps a max age of its own', async () => {
  const worker = await startPlugin()
  const browser = new Browser()
  await browser.get(
    worker.route(async ({ session }) => {
      session.user = 'ann'
      session.cookie.maxAge = 7_200_000
    }),
  )
  await browser.get(worker.route(async ({ session }) => session.regenerate(['user'])))
  const seen: unknown[] = []
  for await (const session of worker.manager.sessions()) seen.push([session.data, session.maxInactiveInterval])
  expect(seen).toEqual([[{ user: 'ann' }, 7200]])
})

/**
 * @see https://github.com/fastify/session/issues/19
 * @see https://github.com/fastify/session/issues/147
 */
test('requests that change nothing write nothing, though the cookie is set with every answer', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startPlugin({ recordStore })
  const browser = await visitor(worker)
  const { writes, loads } = recordStore
  for (let turn = 0; turn < 5; turn++) {
    expect((await browser.get(worker.route(attributesOf))).setCookie).toBeDefined()
  }
  expect([recordStore.writes - writes, recordStore.loads - loads]).toEqual([0, 5])
})

/** @see https://github.com/SerayaEryn/fastify-session/issues/237 */
test('parallel requests keep each other’s attributes, and a log-out stays one', async () => {
  const recordStore = new ObservedRecordStore()
  const workers = [await startPlugin({ recordStore }), await startPlugin({ recordStore, workerName: 'w2' })]
  const browser = await visitor(workers[0]!)
  recordStore.delay = 5
  const names = Array.from({ length: 20 }, (_, number) => `attribute${number}`)
  await Promise.all(
    names.map((name, number) =>
      browser.copy().get(workers[number % 2]!.route(async ({ session }) => void Reflect.set(session, name, number))),
    ),
  )
  const { json } = await browser.get(workers[1]!.route(attributesOf))
  expect(json).toEqual({ count: 0, ...Object.fromEntries(names.map((name, number) => [name, number])) })
  const old = browser.copy()
  const slow = await old.get(
    workers[0]!.route(async ({ session }) => {
      await browser.get(workers[1]!.route(async (other) => other.session.destroy()))
      session.count = 7
    }),
  )
  expect([slow.status, slow.setCookie]).toEqual([200, undefined])
  expect((await old.get(workers[0]!.route(attributesOf))).json).toEqual({})
})

test('a save that fails is made once, and not again for the answer that tells of it', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startPlugin({ recordStore })
  const browser = await visitor(worker)
  const { writes } = recordStore
  const answer = await browser.get(
    worker.route(async ({ session }) => {
      session.count = 1
      recordStore.isDown = true
    }),
  )
  expect([answer.status, recordStore.writes - writes]).toEqual([503, 1])
})

test('assignments outside of the cookie’s path are not lost without a word', async () => {
  const worker = await startPlugin({ cookie: { path: '/elsewhere' } })
  const { status } = await new Browser().get(worker.route(async ({ session }) => void (session.user = 'ann')))
  expect(status).toBe(500)
})

describe('a promise that nobody waits for', () => {
  const away = async (): Promise<{ recordStore: ObservedRecordStore; worker: PluginWorker; browser: Browser }> => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore })
    return { recordStore, worker, browser: await visitor(worker) }
  }

  test.each(['save', 'destroy', 'regenerate'] as const)(
    'and that fails ends no process: `%s` is a 503',
    async (method) => {
      const errors = fatal()
      const { recordStore, worker, browser } = await away()
      for (const isLate of [false, true]) {
        const { status } = await browser.get(
          worker.route(async ({ session }) => {
            session.count = 7
            recordStore.isDown = true
            void session[method]()
            if (isLate) await pause(20)
            return 'fine'
          }),
        )
        recordStore.isDown = false
        expect(status).toBe(503)
      }
      expect(errors).toEqual([])
      expect((await browser.get(worker.route(attributesOf))).json).toEqual({ count: 0 })
    },
  )

  test('is waited for by the answer', async () => {
    const { recordStore, worker, browser } = await away()
    const old = browser.copy()
    recordStore.delay = 20
    const { status } = await browser.get(
      worker.route(async ({ session }) => {
        void session.destroy()
        return 'bye'
      }),
    )
    expect([status, browser.cookie]).toEqual([200, undefined])
    expect((await old.get(worker.route(attributesOf))).json).toEqual({})
  })

  test('and that somebody waited for after all is theirs: the answer is what they make of it', async () => {
    const { recordStore, worker, browser } = await away()
    const { status, text } = await browser.get(
      worker.route(async ({ session }) => {
        recordStore.isDown = true
        const destroyed = session.destroy()
        await pause(20)
        return destroyed.then(
          () => 'ended',
          () => 'try again',
        )
      }),
    )
    expect([status, text]).toEqual([200, 'try again'])
  })
})

import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from '../support/middleware-worker.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { ANSWERED } from '../support/visited-app.ts'
import type { Visit } from '../support/visited-app.ts'

const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

async function slowWorker(
  settings: MiddlewareSettings = {},
): Promise<{ worker: MiddlewareWorker; recordStore: ObservedRecordStore; browser: Browser }> {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, ...settings })
  return { worker, recordStore, browser: new Browser() }
}

/** Whatever the handler answers with, the session is stored when the answer is here. */
const ANSWERS: readonly (readonly [string, Visit])[] = [
  ['a text', (ctx) => void (ctx.body = 'text')],
  ['JSON', (ctx) => void (ctx.body = { some: 'thing' })],
  ['a buffer', (ctx) => void (ctx.body = Buffer.from('bytes'))],
  ['a stream', (ctx) => void (ctx.body = Readable.from(['one', 'two']))],
  ['a web stream', (ctx) => void (ctx.body = new Blob(['one']).stream())],
  ['a blob', (ctx) => void (ctx.body = new Blob(['one']))],
  ['204', (ctx) => void (ctx.status = 204)],
  ['304', (ctx) => void (ctx.status = 304)],
  ['a redirect', (ctx) => ctx.redirect('/elsewhere')],
  ['404', (ctx) => ctx.throw(404)],
  ['an error of its own', (ctx) => ctx.throw(400, 'no')],
  ['an error', () => Promise.reject(new Error('oh'))],
  [
    '`ctx.respond = false`',
    (ctx) => {
      ctx.respond = false
      ctx.res.end('by itself')
      return ANSWERED
    },
  ],
  [
    '`ctx.respond = false`, and pieces',
    (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'x-own': 'yes' })
      ctx.res.write('one')
      setTimeout(() => ctx.res.end('two'), 5)
      return ANSWERED
    },
  ],
]

describe.each(ANSWERS)('an answer with %s', (name, answer) => {
  test('waits for the save, and brings the cookie', async () => {
    const { worker, recordStore, browser } = await slowWorker()
    recordStore.delay = 30
    const { setCookie } = await browser.visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      return answer(ctx)
    })
    expect(setCookie).toHaveLength(1)
    recordStore.delay = 0
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
  })

  test('to HEAD waits for the save', async () => {
    const { worker, browser } = await slowWorker()
    const visit: Visit = (ctx) => {
      ctx.session.user = 'ann'
      return answer(ctx)
    }
    const { setCookie, text } = await browser.visit(worker, visit, { method: 'HEAD' })
    expect([setCookie.length, text]).toEqual([1, ''])
  })

  test('is a 503 without a cookie when the save fails, unless it tells of a failure itself', async () => {
    const { worker, recordStore, browser } = await slowWorker()
    const { status, setCookie, headers } = await browser.visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      recordStore.isDown = true
      return answer(ctx)
    })
    const expected = name === 'an error' ? [500, null] : [503, '1']
    expect([status, headers.get('retry-after'), setCookie]).toEqual([...expected, []])
  })
})

test('what a stream changes while it flows is saved', async () => {
  const { worker, browser } = await slowWorker()
  await browser.visit(worker, signIn)
  await browser.visit(worker, (ctx) => {
    const { session } = ctx
    async function* pages(): AsyncGenerator<string> {
      yield 'one'
      await new Promise((resolve) => void setTimeout(resolve, 10))
      session.count = 1
      yield 'two'
    }
    ctx.body = Readable.from(pages())
  })
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann', count: 1 })
})

test('a session that a stream begins before its first byte has its cookie', async () => {
  const { worker, browser } = await slowWorker()
  const { setCookie } = await browser.visit(worker, (ctx) => {
    const { session } = ctx
    async function* pages(): AsyncGenerator<string> {
      await new Promise((resolve) => void setTimeout(resolve, 10))
      session.user = 'ann'
      yield 'one'
    }
    ctx.body = Readable.from(pages())
  })
  expect(setCookie).toHaveLength(1)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

test('what a middleware before this one changes after the handler is saved', async () => {
  const { worker, browser } = await slowWorker({
    before: async (ctx, next) => {
      await next()
      ctx.session.theme = 'dark'
    },
  })
  await browser.visit(worker, signIn)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann', theme: 'dark' })
})

test('a failed save comes to the error handling of the application, which can answer', async () => {
  const caught: unknown[] = []
  const { worker, recordStore, browser } = await slowWorker({
    before: async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        caught.push(Reflect.get(Object(error), 'code'))
        ctx.status = 503
        ctx.body = 'Back in a moment.'
      }
    },
  })
  const { status, text, setCookie } = await browser.visit(worker, (ctx) => {
    ctx.session.user = 'ann'
    recordStore.isDown = true
    return 'saved'
  })
  expect([status, text, setCookie, caught]).toEqual([503, 'Back in a moment.', [], ['STORE_UNAVAILABLE']])
})

/** @see https://github.com/koajs/koa/issues/1120 (headers are taken away with an error) */
test('a session that begins in a request that fails is known to its browser', async () => {
  const { worker, browser } = await slowWorker()
  const { status } = await browser.visit(worker, (ctx) => {
    ctx.session.user = 'ann'
    ctx.throw(400)
  })
  expect(status).toBe(400)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

/** @see https://github.com/koajs/session/issues/168 */
test('a session that was saved by hand is not written again', async () => {
  const { worker, recordStore, browser } = await slowWorker()
  await browser.visit(worker, async (ctx) => {
    ctx.session.user = 'ann'
    await ctx.session.save()
  })
  await browser.visit(worker, async (ctx) => {
    await ctx.session.regenerate()
    await ctx.session.save()
  })
  expect(recordStore.writes).toBe(2)
})

/** @see https://github.com/koajs/session/issues/151 (a save that nobody waits for) */
test('the answer waits for a save that nobody waits for, and brings its cookie', async () => {
  const { worker, recordStore, browser } = await slowWorker()
  recordStore.delay = 30
  const { setCookie } = await browser.visit(worker, (ctx) => void ctx.session.save())
  expect(setCookie).toHaveLength(1)
})

describe('a save that fails', () => {
  const CALLS: readonly (readonly [string, Visit])[] = [
    ['save', (ctx) => ctx.session.save()],
    ['regenerate', (ctx) => ctx.session.regenerate()],
    ['manuallyCommit', (ctx) => ctx.session.manuallyCommit()],
    ['update', (ctx) => ctx.session.update(() => {})],
    ['signIn', (ctx) => ctx.session.signIn('ann')],
    ['changeId', (ctx) => ctx.session.changeId()],
    ['signOut', (ctx) => ctx.session.signOut()],
  ]

  test.each(CALLS)('by `%s` with nobody waiting is a 503, and ends no process', async (_name, call) => {
    const { worker, recordStore, browser } = await slowWorker()
    await browser.visit(worker, signIn)
    const { status } = await browser.visit(worker, (ctx) => {
      ctx.session.count = 1
      recordStore.isDown = true
      void call(ctx)
      return 'fine'
    })
    expect(status).toBe(503)
  })

  test.each(CALLS)('by `%s` is told to who waits for it', async (_name, call) => {
    const { worker, recordStore, browser } = await slowWorker()
    await browser.visit(worker, signIn)
    const { text, status } = await browser.visit(worker, async (ctx) => {
      ctx.session.count = 1
      recordStore.isDown = true
      const code: unknown = await Promise.resolve(call(ctx)).catch((error: unknown) =>
        Reflect.get(Object(error), 'code'),
      )
      recordStore.isDown = false
      return code
    })
    expect([status, text]).toEqual([200, '"STORE_UNAVAILABLE"'])
  })
})

test('without a cluster who touches the session gets a 503, and nobody else', async () => {
  const { worker, recordStore, browser } = await slowWorker()
  await browser.visit(worker, signIn)
  recordStore.isDown = true
  expect((await browser.visit(worker, () => 'no session')).status).toBe(200)
  const { status, headers } = await browser.visit(worker, attributesOf)
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect((await browser.visit(worker, (ctx) => void (ctx.session = null))).status).toBe(503)
  recordStore.isDown = false
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

test('a request that is aborted saves all the same', async () => {
  const { worker, recordStore, browser } = await slowWorker()
  await browser.visit(worker, signIn)
  const abort = new AbortController()
  recordStore.writes = 0
  const visit = browser.visit(
    worker,
    async (ctx) => {
      ctx.session.count = 1
      abort.abort()
      await new Promise((resolve) => void ctx.req.once('close', resolve))
    },
    { signal: abort.signal },
  )
  await expect(visit).rejects.toThrow('aborted')
  await expect.poll(() => recordStore.writes).toBe(1)
})

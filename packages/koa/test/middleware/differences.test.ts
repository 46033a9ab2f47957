import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { answersOfBoth } from '../support/side-by-side.ts'
import type { Both } from '../support/side-by-side.ts'
import { startStoreWorker } from '../support/store-worker.ts'
import type { Visit } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60 * 1000
const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

function cookiesOf(both: Both, index: number): readonly [number | undefined, number | undefined] {
  return [both.library[index]?.setCookie.length, both.ours[index]?.setCookie.length]
}

function textOf(both: Both, index: number): readonly [string | undefined, string | undefined] {
  return [both.library[index]?.text, both.ours[index]?.text]
}

/** Each is a row of the README's table of differences. */
describe('on purpose not as with koa-session:', () => {
  test('the cookie lasts a day where nothing is said, from the first answer on', async () => {
    const both = await answersOfBoth({}, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => void (ctx.session.count = 1))
    })
    const expires = (seen: Both['ours']): boolean[] =>
      seen.map(({ setCookie: [cookie = ''] }) => cookie.includes('expires'))
    expect(expires(both.library)).toEqual([false, true])
    expect(expires(both.ours)).toEqual([true, true])
  })

  test('a change does not set a cookie again that has no expiry', async () => {
    const both = await answersOfBoth({ maxAge: 'session' }, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => void (ctx.session.count = 1))
    })
    expect(cookiesOf(both, 1)).toEqual([1, 0])
  })

  test("a session's `maxAge: 'session'` is still there after a save", async () => {
    const both = await answersOfBoth({ maxAge: 'session' }, ({ visit }) =>
      visit(async (ctx) => {
        ctx.session.user = 'ann'
        await ctx.session.save()
        return [ctx.session.maxAge]
      }),
    )
    expect(textOf(both, 0)).toEqual(['[null]', '["session"]'])
  })

  test('a `maxAge` of 0 ends the session', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => void (ctx.session.maxAge = 0))
      await visit(attributesOf)
    })
    expect(textOf(both, 2)).toEqual(['{"user":"ann"}', '{}'])
  })

  test('a session ends a `maxAge` after its last request, and not after its last save', async () => {
    const both = await answersOfBoth({ maxAge: 100_000 }, async ({ browser, visit, pass }) => {
      await visit(signIn)
      // A browser that keeps its cookie.
      const headers = { cookie: browser.header }
      for (let step = 0; step < 3; step++) {
        pass(60_000)
        await visit(attributesOf, { headers })
      }
    })
    expect(textOf(both, 3)).toEqual(['{}', '{"user":"ann"}'])
  })

  test('`isNew` says whether the session has been stored, also of one that was assigned', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) =>
      visit(async (ctx) => {
        ctx.session = { user: 'ann' }
        const before = ctx.session.isNew
        await ctx.session.save()
        return [before, ctx.session.isNew]
      }),
    )
    expect(textOf(both, 0)).toEqual(['[false,false]', '[true,false]'])
  })

  test('`externalKey` is the new id after `regenerate`', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit(async (ctx) => {
        const before = ctx.session.externalKey
        await ctx.session.regenerate()
        return [ctx.session.externalKey === before]
      })
    })
    expect(textOf(both, 1)).toEqual(['[true]', '[false]'])
  })

  test('a session that the request assigned, or had before, is the same object', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) =>
      visit((ctx) => {
        const before = ctx.session
        ctx.session = { user: 'ann' }
        before.count = 1
        return [before === ctx.session, ctx.session]
      }),
    )
    expect(textOf(both, 0)).toEqual(['[false,{"user":"ann"}]', '[true,{"user":"ann","count":1}]'])
  })

  test('ids are `HZ` and 32 hex digits, behind the prefix', async () => {
    const both = await answersOfBoth({ maxAge: DAY, prefix: 'shop:' }, ({ visit }) =>
      visit((ctx) => [ctx.session.externalKey]),
    )
    expect(textOf(both, 0)).toEqual([
      expect.stringMatching(/^\["shop:[0-9a-f-]{36}"\]$/),
      expect.stringMatching(/^\["shop:HZ[0-9A-F]{32}"\]$/),
    ])
  })

  test('a session that is over is told of as missed, not as expired', async () => {
    const told: unknown[][] = []
    await answersOfBoth({ maxAge: 1000 }, async ({ app, browser, visit, pass }) => {
      const events: unknown[] = []
      for (const event of ['missed', 'expired']) app.on(`session:${event}`, () => events.push(event))
      await visit(signIn)
      const { header } = browser
      pass(200_000)
      await visit(attributesOf, { headers: { cookie: header } })
      await new Promise((resolve) => void setImmediate(resolve))
      told.push(events)
    })
    expect(told).toEqual([['expired'], ['missed']])
  })
})

test('a session that ended with a request under way stays ended, and its change is dropped', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const old = browser.copy()
  const late: unknown[] = []
  worker.sessions.manager.on('lateWrite', ({ names }) => late.push(names))
  const slow = await old.visit(worker, async (ctx) => {
    ctx.session.count = 1
    await browser.visit(worker, (other) => void (other.session = null))
  })
  expect([slow.status, slow.setCookie, late]).toEqual([200, [], [['count']]])
})

test('a change with the cookie of a session just ended is a 409 without a cookie, and a log-in works', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const old = browser.copy()
  await browser.visit(worker, (ctx) => void (ctx.session = null))
  const late = await old.visit(worker, signIn)
  expect([late.status, late.setCookie]).toEqual([409, []])
  const login = await old.visit(worker, (ctx) => ctx.session.signIn('ann'))
  expect([login.status, login.setCookie.length]).toEqual([200, 1])
})

test('null with an id that has just been changed is a 409: nobody is logged out by it', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const old = browser.copy()
  await browser.visit(worker, (ctx) => ctx.session.regenerate())
  await browser.visit(worker, attributesOf)
  const { status } = await old.visit(worker, (ctx) => void (ctx.session = null))
  expect(status).toBe(409)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

test('a cookie that an old secret signed is signed anew with the next answer', async () => {
  const recordStore = new ObservedRecordStore()
  const [one, two] = [
    await startMiddleware({ recordStore, secret: 'old' }),
    await startMiddleware({ recordStore, secret: ['new', 'old'] }),
  ]
  const browser = new Browser()
  await browser.visit(one, signIn)
  expect((await browser.visit(two, () => 'nothing')).setCookie).toHaveLength(1)
  expect((await browser.visit(two, attributesOf)).setCookie).toEqual([])
})

test('parallel requests are merged, attribute by attribute', async () => {
  const recordStore = new ObservedRecordStore()
  recordStore.delay = 10
  const [one, two] = [await startMiddleware({ recordStore }), await startMiddleware({ recordStore })]
  const browser = new Browser()
  await browser.visit(one, signIn)
  const names = Array.from({ length: 20 }, (_, number) => `attribute${number}`)
  await Promise.all(
    names.map((name, number) => browser.visit(number % 2 ? one : two, (ctx) => Reflect.set(ctx.session, name, number))),
  )
  const { json } = await browser.visit(one, attributesOf)
  expect(json).toEqual({ user: 'ann', ...Object.fromEntries(names.map((name, number) => [name, number])) })
})

test('a session that is assigned what it has is not written; nor is one that is read', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, signIn)
  recordStore.writes = 0
  await browser.visit(worker, (ctx) => void Reflect.set(ctx, 'session', ctx.session))
  await browser.visit(worker, signIn)
  await browser.visit(worker, attributesOf)
  expect(recordStore.writes).toBe(0)
})

test('names that the session has for itself stay in the record, and are not shown', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const hidden = { save: 1, maxAge: 5, isNew: 1, length: 9, _private: 1, update: 1, signIn: 1 }
  const stored = await worker.sessions.manager.load(browser.sessionId?.split('.')[0] ?? '')
  await stored?.update((data) => Object.assign(data, hidden))
  const { json } = await browser.visit(worker, (ctx) => {
    ctx.session = { count: 1 }
    return ctx.session
  })
  expect(json).toEqual({ count: 1 })
  const after = await worker.sessions.manager.load(stored?.id ?? '')
  expect({ ...after?.data }).toEqual({ count: 1, ...hidden })
})

test('a session goes on when the application changes from one door to the other, and back', async () => {
  const recordStore = new ObservedRecordStore()
  const [door, middleware] = [
    await startStoreWorker({ recordStore, session: { maxAge: DAY } }),
    await startMiddleware({ recordStore, maxAge: DAY }),
  ]
  const browser = new Browser()
  await browser.visit(door, signIn)
  await browser.visit(middleware, (ctx) => void (ctx.session.count = 1))
  await browser.visit(door, (ctx) => void (ctx.session.theme = 'dark'))
  const { json, setCookie } = await browser.visit(middleware, attributesOf)
  expect([json, setCookie]).toEqual([{ user: 'ann', count: 1, theme: 'dark' }, []])
  expect(await door.store.length()).toBe(1)
})

import { once } from 'node:events'
import { expectTypeOf, describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { signal } from '../support/signal.ts'
import { startStoreWorker } from '../support/store-worker.ts'
import type { StoreWorker } from '../support/store-worker.ts'

async function twoWorkers(delay = 0): Promise<[StoreWorker, StoreWorker]> {
  const recordStore = new ObservedRecordStore()
  recordStore.delay = delay
  return [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
}

describe('a session of koa-session', () => {
  test.each([true, false])('lives in the store, with a cookie of its own: %s', async (ownCookie) => {
    const worker = await startStoreWorker({ ownCookie })
    const browser = new Browser()
    expect((await browser.visit(worker, (ctx) => ctx.session.isNew)).json).toBe(true)
    expect(browser.cookies.size).toBe(0)
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const { json } = await browser.visit(worker, (ctx) => [
      attributesOf(ctx),
      ctx.session.isNew,
      ctx.session.length,
      ctx.session.populated,
    ])
    expect(json).toEqual([{ user: 'ann' }, false, 1, true])
    expect(await worker.store.length()).toBe(1)
  })

  test('is without anything of the library in the store', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startStoreWorker({ recordStore, session: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const record = JSON.parse((await recordStore.load(browser.sessionId ?? '')) ?? '')
    expect(record).toMatchObject({ attributes: { user: '"ann"' }, maxInactiveInterval: 60, cookieMaxAge: 60 })
    expect(Object.keys(record.attributes)).toEqual(['user'])
  })

  test('ends with `ctx.session = null`, in the browser too', async () => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    await browser.visit(worker, (ctx) => void (ctx.session = null))
    expect([...browser.cookies.keys(), ...(await worker.store.ids())]).toEqual([])
  })

  test('keeps its data under a new id with `regenerate`, which is read by nobody before', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startStoreWorker({ recordStore })
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const before = browser.sessionId
    recordStore.loads = 0
    await browser.visit(worker, async (ctx) => {
      ctx.session.count = 1
      await ctx.session.regenerate()
    })
    expect(recordStore.loads).toBe(1)
    expect(browser.sessionId).not.toBe(before)
    expect(await worker.store.ids()).toEqual([browser.sessionId])
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann', count: 1 })
  })

  test('is another one when an object is assigned', async () => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    await browser.visit(worker, (ctx) => Object.assign(ctx.session, { user: 'ann', count: 1 }))
    await browser.visit(worker, (ctx) => void (ctx.session = { theme: 'dark' }))
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ theme: 'dark' })
  })

  test('shows no name that the library has for itself, and loses none', async () => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    const hidden = { save: 1, maxAge: 5, isNew: 1, length: 9, _private: 1, externalKey: 'x', regenerate: 1 }
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const id = browser.sessionId ?? ''
    const stored = await worker.store.manager.load(id)
    await stored?.update((data) => Object.assign(data, hidden))
    const { json } = await browser.visit(worker, async (ctx) => {
      ctx.session.count = 1
      await ctx.session.save()
      return [attributesOf(ctx), ctx.session.externalKey === id]
    })
    expect(json).toEqual([{ user: 'ann', count: 1 }, true])
    const after = await worker.store.manager.load(id)
    expect({ ...after?.data }).toEqual({ user: 'ann', count: 1, ...hidden })
  })

  test('has no more names of its own than are hidden', async () => {
    const worker = await startStoreWorker()
    const { json } = await new Browser().visit(worker, (ctx) => {
      const prototype: object = Reflect.getPrototypeOf(ctx.session) ?? {}
      return [...Object.getOwnPropertyNames(prototype), ...Object.keys(ctx.session)]
    })
    const names = (Array.isArray(json) ? json.map(String) : []).filter((name) => name !== 'constructor')
    expect(names).toContain('manuallyCommit')
    const session = worker.store.manager.create({ data: Object.fromEntries(names.map((name) => [name, 1])) })
    await session.save()
    const data = await worker.store.get(session.id)
    expect(Object.keys(data ?? {})).toEqual(['_expire'])
  })
})

describe('parallel requests', () => {
  test('of twenty writers on two workers keep all attributes', async () => {
    const [one, two] = await twoWorkers(10)
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    const names = Array.from({ length: 20 }, (_, number) => `attribute${number}`)
    await Promise.all(
      names.map((name, number) =>
        browser.visit(number % 2 ? one : two, (ctx) => Reflect.set(ctx.session, name, number)),
      ),
    )
    const { json } = await browser.visit(one, attributesOf)
    expect(json).toEqual({ user: 'ann', ...Object.fromEntries(names.map((name, number) => [name, number])) })
  })

  test('of which one logs out: the slow one writes nothing back, on its own worker and on another', async () => {
    for (const logoutAt of [0, 1]) {
      const workers = await twoWorkers()
      const browser = new Browser()
      await browser.visit(workers[0], (ctx) => void (ctx.session.user = 'ann'))
      const old = browser.copy()
      const slow = await old.visit(workers[0], async (ctx) => {
        await browser.visit(workers[logoutAt] ?? workers[0], (other) => void (other.session = null))
        ctx.session.count = 1
      })
      expect([slow.status, slow.setCookie]).toEqual([409, []])
      expect(await workers[0].store.length()).toBe(0)
      expect((await old.visit(workers[1], attributesOf)).json).toEqual({})
    }
  })

  test('keep a deletion of one and the assignments of others', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (ctx) => Object.assign(ctx.session, { user: 'ann', count: 1 }))
    await browser.visit(one, async (ctx) => {
      await browser.visit(two, (other) => void (other.session.cart = { items: ['tea'] }))
      delete ctx.session.user
    })
    expect((await browser.visit(two, attributesOf)).json).toEqual({ count: 1, cart: { items: ['tea'] } })
  })
})

describe('`store.update`', () => {
  test('loses no increment of two workers, and brings unsaved changes along', async () => {
    const [one, two] = await twoWorkers(5)
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    const seen = await Promise.all(
      Array.from({ length: 10 }, (_, number) => {
        const worker = number % 2 ? one : two
        return browser.visit(worker, (ctx) => {
          Reflect.set(ctx.session, `seen${number}`, true)
          return worker.store.update(ctx, (data) => (data.count = (data.count ?? 0) + 1))
        })
      }),
    )
    expect(new Set(seen.map(({ json }) => json))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    const { json } = await browser.visit(one, (ctx) => [ctx.session.count, ctx.session.length])
    expect(json).toEqual([10, 12])
  })

  test('shows what is stored, and begins a session where there is none', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    const { json } = await browser.visit(one, async (ctx) => {
      const isNew = one.store.isNew(ctx)
      await one.store.update(ctx, (data) => void (data.count = 1))
      return [isNew, one.store.isNew(ctx)]
    })
    expect(json).toEqual([true, false])
    const shown = await browser.visit(one, async (ctx) => {
      await browser.visit(two, (other) => void (other.session.theme = 'dark'))
      await one.store.update(ctx, (data) => void delete data.count)
      return attributesOf(ctx)
    })
    expect(shown.json).toEqual({ theme: 'dark' })
  })

  test('goes to the new id after `regenerate`', async () => {
    const [one] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    await browser.visit(one, async (ctx) => {
      await ctx.session.regenerate()
      await one.store.update(ctx, (data) => void (data.count = 1))
    })
    expect((await browser.visit(one, attributesOf)).json).toEqual({ user: 'ann', count: 1 })
    expect(await one.store.length()).toBe(1)
  })

  test('is refused without a session, and with one that was ended', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    const { status } = await browser.visit(one, async (ctx) => {
      await two.store.end(ctx.session.externalKey)
      await one.store.update(ctx, () => {})
    })
    expect(status).toBe(409)
    const refused = await new Browser().visit(one, async (ctx) => {
      ctx.session = null
      return one.store.update(ctx, () => {}).catch(String)
    })
    expect(refused.json).toMatch(/^TypeError: Expected a request with a session/)
  })

  test('knows the types that the application declares', async () => {
    const { store } = await startStoreWorker()
    expectTypeOf<Parameters<Parameters<typeof store.update>[1]>[0]['count']>().toEqualTypeOf<number | undefined>()
  })
})

describe('`store.end`', () => {
  test.each(['invalidated', 'expired', 'revoked'] as const)('says why: %s', async (reason) => {
    const worker = await startStoreWorker()
    const ends: unknown[] = []
    worker.store.manager.on('destroyed', (event) => ends.push([event.reason, event.session.attributes['user']]))
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const { json } = await browser.visit(worker, async (ctx) => [await worker.store.end(ctx, reason), ctx.session])
    expect(json).toEqual([true, null])
    expect(ends).toEqual([[reason, 'ann']])
    expect(browser.cookies.size).toBe(0)
  })

  test('takes an id, and says whether it was this call', async () => {
    const [one, two] = await twoWorkers()
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    const id = browser.sessionId ?? ''
    expect(new Set(await Promise.all([one.store.end(id), two.store.end(id)]))).toEqual(new Set([false, true]))
  })
})

test('`all`, `ids`, `length` and `clear` see every session', async () => {
  const [one, two] = await twoWorkers()
  for (const user of ['ann', 'bob']) await new Browser().visit(one, (ctx) => void (ctx.session.user = user))
  const all = await two.store.all()
  expect(new Set(all.map(({ user }) => user))).toEqual(new Set(['ann', 'bob']))
  expect(new Set(all.map(({ id }) => id))).toEqual(new Set(await two.store.ids()))
  await two.store.clear()
  expect(await one.store.length()).toBe(0)
})

test('a request that is slow from before the first save of a session adds to it', async () => {
  const [worker] = await twoWorkers()
  const browser = new Browser()
  await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
  const [started, go] = [signal(), signal()]
  const slow = browser.visit(worker, async (ctx) => {
    started.give()
    await go.given
    ctx.session.count = 1
  })
  await started.given
  await browser.visit(worker, (ctx) => void (ctx.session.user = 'bob'))
  go.give()
  await slow
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'bob', count: 1 })
})

test('the library hears that a session is missing', async () => {
  const worker = await startStoreWorker()
  const browser = new Browser()
  await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
  const missed = once(worker.app, 'session:missed')
  await worker.store.clear()
  await browser.visit(worker, attributesOf)
  expect((await missed)[0]).toMatchObject({ key: expect.stringMatching(/^HZ/) })
})

import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { attributesOf } from '../support/session-data.ts'
import { expectSame } from '../support/side-by-side.ts'
import type { BothOptions } from '../support/side-by-side.ts'
import type { Visit } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60 * 1000
const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

describe('as with koa-session: `ctx.sessionOptions.maxAge`', () => {
  test('is the own one of a session that nobody has looked at', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => [ctx.sessionOptions.maxAge])
      await visit((ctx) => void Object.assign(ctx.session, { user: 'ann', maxAge: 30 * DAY }))
      await visit((ctx) => [ctx.sessionOptions.maxAge])
      await visit((ctx) => {
        ctx.session.maxAge = 'session'
        return [ctx.sessionOptions.maxAge]
      })
      await visit((ctx) => [ctx.sessionOptions.maxAge])
    })
    expect(seen.map(({ text }) => text)).toEqual([`[${DAY}]`, 'null', `[${30 * DAY}]`, '["session"]', '["session"]'])
  })

  test('counts where it is set before the session is looked at', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => {
        ctx.sessionOptions.maxAge = 1000_000
        ctx.session.count = 1
        return [ctx.session.maxAge]
      })
      await visit((ctx) => [ctx.session.maxAge])
    })
    expect(seen.map(({ text }) => text)).toEqual(['null', '[1000000]', '[1000000]'])
  })

  test('is the usual one again where `valid` refuses the session', async () => {
    const options: BothOptions = { maxAge: DAY, valid: (ctx) => ctx.get('x-valid') === '' }
    const seen = await expectSame(options, async ({ visit }) => {
      await visit((ctx) => void Object.assign(ctx.session, { user: 'ann', maxAge: 30 * DAY }))
      await visit((ctx) => [ctx.sessionOptions.maxAge], { headers: { 'x-valid': 'no' } })
    })
    expect(seen[1]?.text).toBe(`[${DAY}]`)
  })
})

describe('as with koa-session: a new session in which nothing is', () => {
  test.each<readonly [string, Visit]>([
    ['`maxAge`', (ctx) => void (ctx.session.maxAge = 5000_000)],
    ["`maxAge = 'session'`", (ctx) => void (ctx.session.maxAge = 'session')],
    ['`_requireSave`', (ctx) => void Object.assign(ctx.session, { _requireSave: true })],
    ['an object with a `maxAge`', (ctx) => void Reflect.set(ctx, 'session', { maxAge: 5000_000 })],
  ])('is stored, and has its cookie, with %s', async (_, visitor) => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit(visitor)
      await visit((ctx) => [ctx.session.isNew, attributesOf(ctx)])
    })
    expect([seen[0]?.setCookie.length, seen[1]?.text]).toEqual([1, '[false,{}]'])
  })

  test('is, by hand, without `autoCommit` too, and not by itself', async () => {
    const seen = await expectSame({ maxAge: DAY, autoCommit: false }, async ({ visit }) => {
      await visit((ctx) => void (ctx.session.maxAge = 5000_000))
      await visit(async (ctx) => {
        ctx.session.maxAge = 5000_000
        await ctx.session.manuallyCommit()
      })
    })
    expect(seen.map(({ setCookie }) => setCookie.length)).toEqual([0, 1])
  })

  test('is not where `maxAge` says that it is over, or that is gone', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startMiddleware({ recordStore })
    const over = await new Browser().visit(worker, (ctx) => void (ctx.session.maxAge = -1))
    const gone = await new Browser().visit(worker, (ctx) => {
      ctx.session.maxAge = 5000_000
      ctx.session = null
    })
    expect([over.setCookie, gone.setCookie, recordStore.writes]).toEqual([[], [], 0])
  })

  test('is a 503 where it cannot be stored, and is tried once; by hand as often as the application does', async () => {
    const recordStore = new ObservedRecordStore()
    const [itself, hand] = [
      await startMiddleware({ recordStore }),
      await startMiddleware({ recordStore, autoCommit: false }),
    ]
    recordStore.isDown = true
    const failed = await new Browser().visit(itself, (ctx) => void (ctx.session.maxAge = 5000_000))
    expect([failed.status, failed.setCookie, recordStore.writes]).toEqual([503, [], 1])
    const again = await new Browser().visit(hand, async (ctx) => {
      ctx.session.maxAge = 5000_000
      await expect(ctx.session.manuallyCommit()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      recordStore.isDown = false
      await ctx.session.manuallyCommit()
      return [ctx.session.isNew]
    })
    expect([again.json, again.setCookie.length]).toEqual([[false], 1])
  })
})

describe('as with koa-session: an object that is assigned', () => {
  test('may say how long the session lives', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => {
        Reflect.set(ctx, 'session', { user: 'ann', maxAge: 30 * DAY })
        return [ctx.session.maxAge, attributesOf(ctx)]
      })
      await visit((ctx) => [ctx.session.maxAge, attributesOf(ctx)])
    })
    expect(seen[1]?.text).toBe(`[${30 * DAY},{"user":"ann"}]`)
  })

  test('brings what is for this request alone, and takes away what was before', async () => {
    const hidden: Visit = (ctx) =>
      ['_tmp', '_old', 'shout', 'whisper'].map((name) => typeof Reflect.get(ctx.session, name))
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => {
        Object.assign(ctx.session, { _old: 1, whisper: () => 'psst' })
        Reflect.set(ctx, 'session', { user: 'ann', _tmp: 1, shout: () => 'HEY' })
        return hidden(ctx)
      })
      await visit((ctx) => [hidden(ctx), attributesOf(ctx)])
    })
    expect(seen[0]?.text).toBe('["number","undefined","function","undefined"]')
  })

  test('brings what it inherits', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      const user: object = Object.assign(Object.create({ theme: 'dark' }), { user: 'ann' })
      await visit((ctx) => void Reflect.set(ctx, 'session', user))
      await visit(attributesOf)
    })
    expect(seen[1]?.text).toBe('{"user":"ann","theme":"dark"}')
  })

  test('may be the session itself, which is as it was', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => {
        Object.assign(ctx.session, { user: 'ann', _tmp: 1, maxAge: 30 * DAY })
        Reflect.set(ctx, 'session', ctx.session)
        return [Reflect.get(ctx.session, '_tmp'), ctx.session.maxAge]
      })
      await visit((ctx) => [attributesOf(ctx), ctx.session.maxAge])
    })
  })
})

describe('as with koa-session: a `secure` cookie', () => {
  test.each([true, false, undefined])('where the application has said `ctx.cookies.secure = %s`', async (secure) => {
    const before: Koa.Middleware = (ctx, next) => {
      Reflect.set(ctx.cookies, 'secure', secure)
      return next()
    }
    const [usual] = await expectSame({ maxAge: DAY }, ({ visit }) => visit(signIn), { before })
    const [asked] = await expectSame({ maxAge: DAY, secure: true }, ({ visit }) => visit(signIn), { before })
    expect([usual?.setCookie[0]?.includes('secure'), asked?.status]).toEqual([secure === true, secure ? 200 : 500])
  })
})

test('as with koa-session: without `autoCommit`, `rolling` and `renew` set no cookie by themselves', async () => {
  for (const options of [{ rolling: true }, { renew: true }]) {
    const seen = await expectSame({ maxAge: 1000_000, autoCommit: false, ...options }, async ({ visit, pass }) => {
      await visit(async (ctx) => {
        ctx.session.user = 'ann'
        await ctx.session.manuallyCommit()
      })
      pass(600_000)
      await visit(() => 'untouched')
      await visit(attributesOf)
      await visit((ctx) => ctx.session.user && ctx.session.manuallyCommit())
    })
    expect(seen.map(({ setCookie }) => setCookie.length)).toEqual([1, 0, 0, 1])
  }
})

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { attributesOf } from '../support/session-data.ts'
import { expectSame } from '../support/side-by-side.ts'
import type { Visit } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60 * 1000
const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

describe('as with koa-session', () => {
  test('a request that puts nothing in its session gets no cookie', async () => {
    const seen = await expectSame({ maxAge: DAY }, (site) =>
      site.visit((ctx) => [ctx.session.isNew, ctx.session.length]),
    )
    expect(seen).toMatchObject([{ status: 200, setCookie: [], text: '[true,0]' }])
  })

  test('attributes are kept, changed and deleted', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit(attributesOf)
      await visit((ctx) => void (ctx.session.cart = { items: ['tea'] }))
      await visit((ctx) => void ctx.session.cart?.items.push('jam'))
      await visit((ctx) => void delete ctx.session.user)
      await visit(attributesOf)
    })
    expect(seen.at(-1)?.text).toBe('{"cart":{"items":["tea","jam"]}}')
    expect(seen.map(({ setCookie }) => setCookie.length)).toEqual([1, 0, 1, 1, 1, 0])
  })

  test('`isNew`, `length` and `populated` tell of the session', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      const tell: Visit = (ctx) => [ctx.session.isNew, ctx.session.length, ctx.session.populated]
      await visit(tell)
      await visit((ctx) => {
        ctx.session.user = 'ann'
        return tell(ctx)
      })
      await visit(tell)
    })
  })

  test('`toJSON`, loops and `in` see the attributes, without what begins with an underscore and without functions', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => {
        Object.assign(ctx.session, { user: 'ann', _secret: 1, shout: () => 'no' })
        return [ctx.session, 'user' in ctx.session, Reflect.get(ctx.session, '_secret')]
      })
      await visit((ctx) => [attributesOf(ctx), JSON.stringify(ctx.session), Reflect.get(ctx.session, '_secret')])
    })
  })

  test('null ends the session, and the browser forgets its cookie', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => {
        ctx.session = null
        return [ctx.session]
      })
      await visit(attributesOf)
    })
    expect(seen[1]?.setCookie[0]).toMatch(/^koa\.sess=;/)
    expect(seen[2]?.text).toBe('{}')
  })

  test('an object takes the place of all that was in the session, also after null', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => Object.assign(ctx.session, { user: 'ann', count: 1 }))
      await visit((ctx) => void (ctx.session = { count: 2, theme: 'dark' }))
      await visit(attributesOf)
      await visit((ctx) => {
        ctx.session = null
        ctx.session = { user: 'bob' }
      })
      await visit(attributesOf)
    })
  })

  test('anything else cannot be assigned', async () => {
    const seen = await expectSame({ maxAge: DAY }, ({ visit }) => visit((ctx) => Reflect.set(ctx, 'session', 'text')))
    expect(seen[0]?.status).toBe(500)
  })

  test('`save` stores a session in which nothing is, by promise and by callback', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => ctx.session.save())
      await visit((ctx) => [ctx.session.isNew, ctx.session.length])
      await visit((ctx) => new Promise<void>((resolve) => ctx.session.save(() => resolve())))
    })
  })

  test('`regenerate` gives a new id and keeps the data, by promise and by callback', async () => {
    const seen = await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit(async (ctx) => {
        ctx.session.count = 1
        await ctx.session.regenerate()
      })
      await visit(attributesOf)
      await visit((ctx) => new Promise<void>((resolve) => ctx.session.regenerate(() => resolve())))
      await visit(attributesOf)
    })
    expect(seen[4]?.text).toBe('{"user":"ann","count":1}')
  })

  test('`maxAge` of a session is read, set, and kept with it', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit, pass }) => {
      await visit(signIn)
      await visit((ctx) => [ctx.session.maxAge, ctx.sessionOptions.maxAge])
      await visit((ctx) => void (ctx.session.maxAge = 30 * DAY))
      pass(1000)
      await visit((ctx) => [ctx.session.maxAge, ctx.sessionOptions.maxAge])
      pass(10 * DAY)
      await visit((ctx) => void (ctx.session.count = 1))
    })
  })

  test("with `maxAge: 'session'` the cookie lasts until the browser closes", async () => {
    const seen = await expectSame({ maxAge: 'session' }, ({ visit }) => visit(signIn))
    expect(seen[0]?.setCookie[0]).not.toContain('expires')
  })

  test('a session that is over is missed', async () => {
    await expectSame({ maxAge: 100_000 }, async ({ visit, pass }) => {
      await visit(signIn)
      pass(200_000)
      await visit(attributesOf)
    })
  })

  test('`rolling` sets the cookie with every answer', async () => {
    const seen = await expectSame({ maxAge: DAY, rolling: true }, async ({ visit, pass }) => {
      await visit(signIn)
      pass(5000)
      await visit(attributesOf)
    })
    expect(seen[1]?.setCookie).toHaveLength(1)
  })

  test('`renew` sets it again when less than half of its time is left', async () => {
    const seen = await expectSame({ maxAge: 1000_000, renew: true }, async ({ visit, pass }) => {
      await visit(signIn)
      for (let step = 0; step < 8; step++) {
        pass(110_000)
        await visit(attributesOf)
      }
    })
    expect(seen.map(({ setCookie }) => setCookie.length)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0])
  })

  test('without `autoCommit` nothing is saved but by hand', async () => {
    const seen = await expectSame({ maxAge: DAY, autoCommit: false }, async ({ visit }) => {
      await visit(signIn)
      await visit(async (ctx) => {
        ctx.session.user = 'ann'
        await ctx.session.manuallyCommit()
        ctx.session.user = 'bob'
      })
      await visit(attributesOf)
      await visit(async (ctx) => {
        ctx.session.count = 1
        await ctx.session.save()
      })
      await visit(attributesOf)
      await visit(async (ctx) => {
        await ctx.session.regenerate()
        ctx.session.count = 2
      })
      await visit(attributesOf)
    })
    expect(seen.map(({ setCookie }) => setCookie.length)).toEqual([0, 1, 0, 1, 0, 1, 0])
    expect(seen.at(-1)?.text).toBe('{"user":"ann","count":1}')
  })

  test('`beforeSave` may change what is saved, and runs for no other request', async () => {
    await expectSame(
      { maxAge: DAY, beforeSave: (_ctx, session) => void (session.count = (session.count ?? 0) + 1) },
      async ({ visit }) => {
        await visit(() => {})
        await visit(signIn)
        await visit(attributesOf)
        await visit((ctx) => void (ctx.session.theme = 'dark'))
        await visit(attributesOf)
      },
    )
  })

  test('`valid` refuses a session, whose request has a new one, and says so', async () => {
    const told: unknown[] = []
    await expectSame({ maxAge: DAY, valid: (ctx, { user }) => user === ctx.get('x-user') }, async ({ app, visit }) => {
      await visit(signIn)
      await visit(attributesOf, { headers: { 'x-user': 'ann' } })
      const invalid = once(app, 'session:invalid')
      await visit(attributesOf, { headers: { 'x-user': 'bob' } })
      const [{ key, value, ctx }] = await invalid
      told.push([key, value.user, typeof ctx.path])
    })
    expect(told[0]).toEqual([expect.stringMatching(/^id-/), 'ann', 'string'])
    expect(told[1]).toEqual(told[0])
  })

  test('`session:missed` tells of a session that is not there', async () => {
    await expectSame({ maxAge: DAY }, async ({ app, browser, visit }) => {
      await visit(signIn)
      const old = browser.copy()
      await visit((ctx) => void (ctx.session = null))
      for (const [name, value] of old.cookies) browser.cookies.set(name, value)
      const missed = once(app, 'session:missed')
      await visit(attributesOf)
      expect((await missed)[0]).toMatchObject({ key: expect.stringMatching(/^id-/), value: undefined })
    })
  })

  test.each([
    { key: 'shop' },
    { httpOnly: false },
    { sameSite: 'lax' },
    { sameSite: 'strict' },
    { domain: 'localhost.example' },
    { path: '/visit' },
    { priority: 'high' },
    { secure: false },
    { overwrite: true },
  ] as const)('the cookie has %j', async (flag) => {
    await expectSame({ maxAge: DAY, ...flag }, ({ visit }) => visit(signIn))
  })

  test('`secure` over plain HTTP is an error', async () => {
    const seen = await expectSame({ maxAge: DAY, secure: true }, ({ visit }) => visit(signIn))
    expect(seen[0]?.status).toBe(500)
  })

  test('`ctx.sessionOptions` may be changed for one answer', async () => {
    await expectSame({ maxAge: DAY }, ({ visit }) =>
      visit((ctx) => {
        ctx.session.user = 'ann'
        ctx.sessionOptions.maxAge = 1000
      }),
    )
  })

  test('an error of the handler is answered as ever', async () => {
    await expectSame({ maxAge: DAY }, ({ visit }) => visit((ctx) => ctx.throw(418, 'a teapot')))
  })

  test('a redirect finds its data', async () => {
    await expectSame({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => {
        ctx.session.user = 'ann'
        ctx.redirect('/elsewhere')
      })
      await visit(attributesOf)
    })
  })
})

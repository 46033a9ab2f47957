import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { attributesOf } from '../support/session-data.ts'
import { answersOfBoth } from '../support/side-by-side.ts'
import type { Both } from '../support/side-by-side.ts'
import type { Visit } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60 * 1000
const signIn: Visit = (ctx) => void (ctx.session.user = 'ann')

/** The last text of each. */
function lastTexts({ library, ours }: Both): readonly [string | undefined, string | undefined] {
  return [library.at(-1)?.text, ours.at(-1)?.text]
}

/** Each is a row of the README's table of differences, as are those of `differences.test.ts`. */
describe('on purpose not as with koa-session:', () => {
  test.each([undefined, null])('`maxAge = %s` is the usual one again', async (none) => {
    const both = await answersOfBoth({ maxAge: DAY }, async ({ visit }) => {
      await visit((ctx) => void Object.assign(ctx.session, { user: 'ann', maxAge: 30 * DAY }))
      await visit((ctx) => {
        ctx.session.maxAge = none
        return [ctx.session.maxAge]
      })
      await visit((ctx) => [ctx.session.maxAge])
    })
    expect(both.ours.map(({ text }) => text)).toEqual(['null', `[${DAY}]`, `[${DAY}]`])
    expect(both.ours[1]?.setCookie[0]).toContain('expires=sat, 02 jan 2027')
  })

  test('`isNew` tells what is stored, whatever is assigned to it', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) =>
      visit((ctx) => {
        const isSet = Reflect.set(ctx.session, 'isNew', false)
        return [isSet, ctx.session.isNew]
      }),
    )
    expect([both.library[0]?.text, both.ours[0]?.text]).toEqual(['[true,false]', '[true,true]'])
  })

  test('`ctx.session` is not there before the middleware has run', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) => visit((ctx) => [ctx.state['seen']]), {
      before: (ctx, next) => {
        ctx.state['seen'] = typeof ctx.session
        return next()
      },
    })
    expect(lastTexts(both)).toEqual(['["object"]', '["undefined"]'])
  })

  test('`isNew` turns false with a save', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) =>
      visit(async (ctx) => {
        ctx.session.user = 'ann'
        const before = ctx.session.isNew
        await ctx.session.save()
        return [before, ctx.session.isNew]
      }),
    )
    expect(lastTexts(both)).toEqual(['[true,true]', '[true,false]'])
  })

  test('`valid` sees the attributes, and nothing else that is stored', async () => {
    const both = await answersOfBoth(
      { maxAge: DAY, valid: (ctx, data) => (ctx.state['seen'] = Object.keys(data)) },
      async ({ visit }) => {
        await visit(signIn)
        await visit((ctx) => ctx.state['seen'])
      },
    )
    expect(lastTexts(both)).toEqual(['["user","_expire","_maxAge"]', '["user"]'])
  })

  test('`ctx.sessionOptions.rolling` of one request changes nothing', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, async ({ visit }) => {
      await visit(signIn)
      await visit((ctx) => {
        Reflect.set(ctx.sessionOptions, 'rolling', true)
        return attributesOf(ctx)
      })
    })
    expect([both.library[1]?.setCookie.length, both.ours[1]?.setCookie.length]).toEqual([1, 0])
  })

  test('a middleware before this one does not see its cookie, nor can take it away', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) => visit(signIn), {
      before: async (ctx, next) => {
        await next()
        ctx.set('location', 'set-cookie' in ctx.response.headers ? 'seen' : 'not seen')
        ctx.remove('set-cookie')
      },
    })
    expect([both.library[0]?.location, both.library[0]?.setCookie.length]).toEqual(['seen', 0])
    expect([both.ours[0]?.location, both.ours[0]?.setCookie.length]).toEqual(['not seen', 1])
  })

  test('`structuredClone` takes what `toJSON` gives', async () => {
    const both = await answersOfBoth({ maxAge: DAY }, ({ visit }) =>
      visit((ctx) => {
        ctx.session.user = 'ann'
        const clone = (value: object): unknown => Reflect.get(Object(structuredClone(value)), 'user')
        const isCloned = (): boolean => {
          try {
            return clone(ctx.session) === 'ann'
          } catch {
            return false
          }
        }
        return [isCloned(), clone(ctx.session.toJSON())]
      }),
    )
    expect(lastTexts(both)).toEqual(['[true,"ann"]', '[false,"ann"]'])
  })
})

test('null with the cookie of a session just ended is answered, and nothing begins', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, signIn)
  const old = browser.copy()
  await browser.visit(worker, (ctx) => void (ctx.session = null))
  const { status } = await old.visit(worker, (ctx) => void (ctx.session = null))
  expect(status).toBe(200)
  expect((await old.visit(worker, (ctx) => [ctx.session.isNew])).json).toEqual([true])
})

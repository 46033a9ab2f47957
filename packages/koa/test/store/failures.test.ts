import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { startStoreWorker } from '../support/store-worker.ts'
import type { Visit } from '../support/visited-app.ts'

/** @see https://github.com/koajs/session/issues/168 */
test('a session that was saved by hand is not written again at the end', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startStoreWorker({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, async (ctx) => {
    ctx.session.user = 'ann'
    await ctx.session.save()
    await ctx.session.save()
  })
  expect(recordStore.writes).toBe(1)
  await browser.visit(worker, async (ctx) => {
    ctx.session.user = 'bob'
    await ctx.session.save()
  })
  expect(recordStore.writes).toBe(2)
})

/** @see https://github.com/koajs/koa/issues/1120 (headers are taken away with an error) */
test.each([true, false])(
  'a session that begins in a request that fails is known to its browser: own cookie %s',
  async (ownCookie) => {
    const worker = await startStoreWorker({ ownCookie })
    const browser = new Browser()
    const failed = await browser.visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      ctx.cookies.set('other', 'is taken away, as ever')
      ctx.throw(400, 'no', { headers: { 'x-reason': 'none' } })
    })
    expect([failed.status, failed.text, failed.headers.get('x-reason')]).toEqual([400, 'no', 'none'])
    expect([...browser.cookies.keys()]).toEqual(ownCookie ? ['koa.sess', 'koa.sess.sig'] : ['koa.sess'])
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
  },
)

describe('an error that the application throws again and again', () => {
  const shared = (): Error => Object.assign(new Error('nope'), { status: 403, expose: true })

  test.each([true, false])("brings nobody another's cookie, own cookie %s", async (ownCookie) => {
    const worker = await startStoreWorker({ ownCookie })
    const error = shared()
    const [ann, bob, nobody] = [new Browser(), new Browser(), new Browser()]
    const fail = (user: string | undefined): Visit => {
      return (ctx) => {
        if (user !== undefined) ctx.session.user = user
        throw error
      }
    }
    await ann.visit(worker, fail('ann'))
    await bob.visit(worker, fail('bob'))
    const { status, setCookie } = await nobody.visit(worker, fail(undefined))
    expect([status, setCookie]).toEqual([403, []])
    expect((await ann.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
    expect((await bob.visit(worker, attributesOf)).json).toEqual({ user: 'bob' })
  })

  test('is told of as it was thrown', async () => {
    const worker = await startStoreWorker()
    const error = shared()
    const told: unknown[] = []
    worker.app.on('error', (given) => told.push(given === error, Reflect.get(Object(given), 'headers')))
    const { setCookie } = await new Browser().visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      throw error
    })
    expect([setCookie.length, told]).toEqual([1, [true, undefined]])
    expect('headers' in error).toBe(false)
  })

  test.each(['Set-Cookie', 'set-cookie', 'SET-COOKIE'])('keeps its own cookie beside ours: `%s`', async (name) => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    const headers = { [name]: 'lang=de; path=/' }
    await browser.visit(worker, (ctx) => {
      ctx.session.user = 'ann'
      ctx.throw(400, 'no', { headers })
    })
    expect([...browser.cookies.keys()]).toEqual(['lang', 'koa.sess'])
    expect(headers).toEqual({ [name]: 'lang=de; path=/' })
  })
})

test('what is thrown and is no error loses no cookie either', async () => {
  const worker = await startStoreWorker()
  const browser = new Browser()
  const failed = await browser.visit(worker, (ctx) => {
    ctx.session.user = 'ann'
    return Promise.reject('a text')
  })
  expect([failed.status, failed.setCookie.length]).toEqual([500, 1])
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

test('without a cluster a request with a session is a 503, and one without is served', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startStoreWorker({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
  recordStore.isDown = true
  const { status, headers } = await browser.visit(worker, () => 'served')
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect((await new Browser().visit(worker, () => 'served')).status).toBe(200)
  recordStore.isDown = false
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
})

test('a save that fails is a 503 without a cookie, and the store is asked once', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startStoreWorker({ recordStore })
  const { status, setCookie } = await new Browser().visit(worker, async (ctx) => {
    ctx.session.user = 'ann'
    recordStore.isDown = true
    await ctx.session.save()
  })
  expect([status, setCookie]).toEqual([503, []])
  expect(recordStore.writes).toBe(1)
})

test('a redirect waits for the save', async () => {
  const recordStore = new ObservedRecordStore()
  recordStore.delay = 50
  const [one, two] = [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
  const browser = new Browser()
  const path = two.route(attributesOf)
  const { status, headers } = await browser.visit(one, (ctx) => {
    ctx.session.user = 'ann'
    ctx.redirect(two.url + path)
  })
  expect(status).toBe(302)
  expect((await browser.get(headers.get('location') ?? '')).json).toEqual({ user: 'ann' })
})

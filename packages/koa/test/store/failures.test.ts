import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { startStoreWorker } from '../support/store-worker.ts'

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

import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import type { Visit } from '../support/visited-app.ts'

const logIn: Visit = (ctx) => void (ctx.session.user = 'ann')
const seen: Visit = (ctx) => ({ ...ctx.session.toJSON() })

test('a session that begins behind a `signOut` nobody waits for is the one that the browser gets', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  recordStore.delay = 40
  await browser.visit(worker, (ctx) => {
    void ctx.session.signOut()
    ctx.session = { user: 'bob' }
  })
  expect((await browser.visit(worker, seen)).json).toEqual({ user: 'bob' })
})

test('a session that begins behind an end that was committed by hand is saved', async () => {
  const worker = await startMiddleware({ autoCommit: false })
  const browser = new Browser()
  await browser.visit(worker, async (ctx) => {
    logIn(ctx)
    await ctx.session.manuallyCommit()
  })
  await browser.visit(worker, async (ctx) => {
    const { session } = ctx
    ctx.session = null
    await session.manuallyCommit()
    ctx.session = { user: 'bob' }
    await ctx.session.manuallyCommit()
  })
  expect((await browser.visit(worker, seen)).json).toEqual({ user: 'bob' })
})

test('`ctx.session = null` clears the cookie of a session that there is no more', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  for await (const page of recordStore.find()) {
    for (const { key } of page) await recordStore.forget(key)
  }
  const { setCookie } = await browser.visit(worker, (ctx) => void (ctx.session = null))
  expect(setCookie).toEqual([expect.stringMatching(/=; .*expires=Thu, 01 Jan 1970/i)])
})

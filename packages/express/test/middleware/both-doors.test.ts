import { MemoryRecordStore } from '@hazelcast-session/core'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { attributesOf } from '../support/session-data.ts'
import { startWorker } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings } from './support/middleware-worker.ts'

test.each<[string, MiddlewareSettings]>([
  ['sticky', {}],
  ['not sticky', { sticky: false }],
  ['with a route cookie', { routeCookie: true }],
])('a session of express-session with `HazelcastStore` goes on with `hazelcastSession`, %s', async (_how, settings) => {
  const recordStore = new MemoryRecordStore()
  const [before, after] = [await startWorker({ recordStore }), await startMiddleware({ recordStore, ...settings })]
  const browser = new Browser()
  await browser.visit(before, (req) => {
    req.session.user = 'ann'
    req.session.cookie.maxAge = 60_000
  })
  const { json } = await browser.visit(after, (req) => [attributesOf(req), req.session.cookie.originalMaxAge])
  // The library reads the clock twice, and a millisecond may pass between.
  expect(json).toEqual([{ user: 'ann' }, expect.closeTo(60_000, -3)])
})

test.each<[string, MiddlewareSettings]>([
  ['not sticky', { sticky: false }],
  ['with a route cookie', { routeCookie: true }],
])('a session of `hazelcastSession` goes on with `HazelcastStore`, %s', async (_how, settings) => {
  const recordStore = new MemoryRecordStore()
  const [before, after] = [await startMiddleware({ recordStore, ...settings }), await startWorker({ recordStore })]
  const browser = new Browser()
  await browser.visit(before, async (req) => {
    await req.session.signIn('ann')
    req.session.user = 'ann'
  })
  expect((await browser.visit(after, attributesOf)).json).toEqual({ user: 'ann' })
  await browser.visit(after, (req) => void (req.session.count = 1))
  expect((await browser.visit(before, attributesOf)).json).toEqual({ user: 'ann', count: 1 })
})

import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import type { CreateSessionOptions } from 'koa-session'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { startStoreWorker } from '../support/store-worker.ts'
import type { StoreWorkerSettings } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60
const MONTH = 30 * DAY * 1000

async function livesFor(settings: StoreWorkerSettings, maxAge?: number | 'session'): Promise<number | undefined> {
  const worker = await startStoreWorker(settings)
  const browser = new Browser()
  await browser.visit(worker, (ctx) => {
    ctx.session.user = 'ann'
    if (maxAge !== undefined) ctx.session.maxAge = maxAge
  })
  return (await worker.store.manager.load(browser.sessionId ?? ''))?.maxInactiveInterval
}

describe('a session lives without a request', () => {
  test.each([
    ['a day where nothing is said', {}, undefined, DAY],
    ['as long as the store says', { maxInactiveInterval: 600 }, undefined, 600],
    ['as long as `maxAge` says', { session: { maxAge: 90_000 } }, undefined, 90],
    [
      'as long as `maxAge` says, whatever the store does',
      { maxInactiveInterval: 5, session: { maxAge: 90_000 } },
      undefined,
      90,
    ],
    [
      "with `maxAge: 'session'` as long as the store says",
      { maxInactiveInterval: 5, session: { maxAge: 'session' } },
      undefined,
      5,
    ],
    ["with `maxAge: 'session'` a day where the store says nothing", { session: { maxAge: 'session' } }, undefined, DAY],
    ['as long as `ctx.session.maxAge` says', {}, MONTH, MONTH / 1000],
    [
      "with `ctx.session.maxAge = 'session'` as long as the store says",
      { maxInactiveInterval: 5, session: { maxAge: 90_000 } },
      'session',
      5,
    ],
  ] as const)('%s', async (_name, settings, maxAge, seconds) => {
    expect(await livesFor(settings, maxAge)).toBe(seconds)
  })

  test('as long as the environment says', async () => {
    vi.stubEnv('HZ_SESSION_MAX_INACTIVE_INTERVAL', '77')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await livesFor({})).toBe(77)
  })
})

describe('the cookie', () => {
  async function expiries(session: CreateSessionOptions): Promise<boolean[]> {
    const worker = await startStoreWorker({ session })
    const browser = new Browser()
    const first = await browser.visit(worker, (ctx) => void (ctx.session.count = 1))
    const second = await browser.visit(worker, (ctx) => void (ctx.session.count = 2))
    return [first, second].map(({ setCookie: [cookie = ''] }) => cookie.includes('expires='))
  }

  test('lasts until the browser closes, with every answer', async () => {
    expect(await expiries({})).toEqual([false, false])
    expect(await expiries({ maxAge: 'session' })).toEqual([false, false])
  })

  test('lasts as long as `maxAge`, with every answer', async () => {
    expect(await expiries({ maxAge: 60_000 })).toEqual([true, true])
  })

  test('keeps the max age that a session was given, on every worker', async () => {
    const recordStore = new MemoryRecordStore()
    const [one, two] = [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
    const browser = new Browser()
    await browser.visit(one, (ctx) => {
      ctx.session.user = 'ann'
      ctx.session.maxAge = MONTH
    })
    const { json, setCookie } = await browser.visit(two, (ctx) => {
      ctx.session.count = 1
      return ctx.session.maxAge
    })
    expect(json).toBe(MONTH)
    const expires = Date.parse(/expires=([^;]*)/.exec(setCookie[0] ?? '')?.[1] ?? '')
    expect(Math.abs(expires - Date.now() - MONTH)).toBeLessThan(10_000)
  })

  test('is set with each answer under `rolling`, and the session is not written for it', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startStoreWorker({ recordStore, session: { rolling: true, maxAge: 60_000 } })
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    recordStore.writes = 0
    const { setCookie } = await browser.visit(worker, attributesOf)
    expect(setCookie).toHaveLength(1)
    expect(recordStore.writes).toBe(0)
  })

  test('is set again under `renew` when half of its time is over, and not before', async () => {
    const worker = await startStoreWorker({ session: { renew: true, maxAge: 1000_000 } })
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const cookies: number[] = []
    for (let visit = 0; visit < 10; visit++) {
      vi.setSystemTime(Date.now() + 110_000)
      cookies.push((await browser.visit(worker, attributesOf)).setCookie.length)
    }
    expect(cookies).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
  })
})

test('a session that is read stays alive, and one that is not expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const recordStore = new MemoryRecordStore()
  const manager = new SessionManager({ recordStore, logger: silentLogger, maxInactiveInterval: 100 })
  onTestFinished(() => manager.close())
  const worker = await startStoreWorker({
    manager,
    store: new HazelcastStore({ manager }),
    session: { maxAge: 'session' },
  })
  const browser = new Browser()
  await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
  for (let visit = 0; visit < 3; visit++) {
    vi.setSystemTime(Date.now() + 60_000)
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
  }
  vi.setSystemTime(Date.now() + 110_000)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({})
})

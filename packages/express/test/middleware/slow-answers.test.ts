import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { signal } from '../support/signal.ts'
import type { Visit } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null

/** Ms that a slow request takes at least, when what happens beside it is over. */
const SLOW = 150

/** A request that does nothing with the session begins, `beside` happens in the same browser, and the request is answered. */
async function slowBeside(worker: MiddlewareWorker, browser: Browser, beside: () => Promise<unknown>) {
  const [begun, done] = [signal(), signal()]
  const slow = browser.visit(worker, async () => {
    begun.give()
    await done.given
    await new Promise((resolve) => setTimeout(resolve, SLOW))
    return 'slow'
  })
  await begun.given
  await beside()
  done.give()
  return slow
}

describe.each(EXPRESS_VERSIONS)('with %s and `rolling`, a slow answer', (_name, express) => {
  const logIn: Visit = async (req) => {
    await req.session.signIn('ann')
    req.session.user = 'ann'
  }

  test.each([
    ['no max age', {}],
    ['a max age', { maxAge: 60_000 }],
  ])('does not take away the log-in beside it, with %s', async (_what, cookie) => {
    const worker = await startMiddleware({ express, rolling: true, cookie })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'stranger'))
    const slow = await slowBeside(worker, browser, () => browser.visit(worker, logIn))
    expect([slow.status, slow.setCookie]).toEqual([200, undefined])
    const { json } = await browser.visit(worker, user)
    expect(json).toBe('ann')
  })

  test('does not bring back the cookie of a session that was ended beside it', async () => {
    const worker = await startMiddleware({ express, rolling: true, cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const slow = await slowBeside(worker, browser, () =>
      browser.visit(worker, (req) => promisify(req.session.destroy.bind(req.session))()),
    )
    expect(slow.setCookie).toBeUndefined()
  })

  test('does not take away a log-in at another worker that the browser has shown since', async () => {
    const recordStore = new MemoryRecordStore()
    const cookie = { maxAge: 60_000 }
    const [worker, other] = await Promise.all(
      ['w1', 'w2'].map(async (workerName) =>
        startMiddleware({ express, rolling: true, cookie, recordStore, workerName }),
      ),
    )
    if (!worker || !other) throw new Error('There are two workers.')
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'stranger'))
    const slow = await slowBeside(worker, browser, async () => {
      await browser.visit(other, logIn)
      await browser.visit(other, user)
    })
    expect([slow.status, slow.setCookie]).toEqual([200, undefined])
    expect((await browser.visit(worker, user)).json).toBe('ann')
  })

  test('sets the cookie of a session that came from another worker', async () => {
    const recordStore = new MemoryRecordStore()
    const first = await startMiddleware({ express, rolling: true, recordStore, workerName: 'w1' })
    const browser = new Browser()
    await browser.visit(first, logIn)
    const worker = await startMiddleware({ express, rolling: true, recordStore, workerName: 'w2' })
    const slow = await slowBeside(worker, browser, async () => {})
    expect(slow.setCookie).toContain('.w2.')
  })

  test('sets the cookie where nothing happened beside it', async () => {
    const worker = await startMiddleware({ express, rolling: true, cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const slow = await slowBeside(worker, browser, async () => {})
    expect(slow.setCookie).toBeDefined()
  })
})

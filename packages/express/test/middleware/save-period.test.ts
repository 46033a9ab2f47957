import { MemoryRecordStore } from '@hazelcast-session/core'
import type { SavePeriod } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { signal } from '../support/signal.ts'
import type { Visit } from '../support/test-worker.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const logIn: Visit = (req) => void (req.session.user = 'ann')
const user: Visit = (req) => req.session.user ?? null

interface Begun {
  readonly worker: MiddlewareWorker
  /** Logged in. */
  readonly browser: Browser
  readonly recordStore: ObservedRecordStore
  /** What the store holds of the browser's session, as another worker sees it. */
  readonly stored: () => Promise<unknown>
}

/** A worker that saves like this, and a session. */
async function begin(settings: MiddlewareSettings): Promise<Begun> {
  const records = new MemoryRecordStore()
  const recordStore = new ObservedRecordStore(records)
  const worker = await startMiddleware({ recordStore, ...settings })
  const other = await startMiddleware({ recordStore: records, workerName: 'w2' })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  recordStore.writes = 0
  const stored = async (): Promise<unknown> => {
    const stranger = new Browser()
    stranger.cookie = browser.cookie
    return (await stranger.visit(other, attributesOf)).json
  }
  return { worker, browser, recordStore, stored }
}

describe.each<MiddlewareSettings>([{ savePeriod: 'attribute' }, { deferredWrite: false }])('with %o', (settings) => {
  test('an assignment goes out at once, while the request goes on', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    const assigned = signal()
    const goOn = signal()
    const answer = browser.visit(worker, async (req) => {
      req.session.theme = 'dark'
      assigned.give()
      await goOn.given
      return recordStore.writes
    })
    await assigned.given
    await expect.poll(stored).toEqual({ user: 'ann', theme: 'dark' })
    goOn.give()
    expect((await answer).json).toBe(1)
    // And nothing is left for the end.
    expect(recordStore.writes).toBe(1)
  })

  test('a deletion too, and the answer waits for it', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    recordStore.delay = 100
    await browser.visit(worker, (req) => void delete req.session.user)
    expect(await stored()).toEqual({})
  })

  test('what is changed inside of a value is found at the end', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    await browser.visit(worker, (req) => void (req.session.cart = { items: [] }))
    recordStore.writes = 0
    await browser.visit(worker, (req) => void req.session.cart?.items.push('tea'))
    expect(recordStore.writes).toBe(1)
    expect(await stored()).toEqual({ user: 'ann', cart: { items: ['tea'] } })
  })

  test('an attribute that is set and taken away again while it is being written is gone', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    recordStore.delay = 50
    await browser.visit(worker, (req) => {
      req.session.theme = 'dark'
      delete req.session.theme
    })
    expect(await stored()).toEqual({ user: 'ann' })
  })

  test('assignments of one turn are two writes at most', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    await browser.visit(worker, (req) => void Object.assign(req.session, { a: 1, b: 2, c: 3, d: 4 }))
    expect(recordStore.writes).toBeLessThanOrEqual(2)
    expect(await stored()).toEqual({ user: 'ann', a: 1, b: 2, c: 3, d: 4 })
  })

  test('a session begins with the first assignment, with a cookie', async () => {
    const { worker, recordStore } = await begin(settings)
    const visitor = new Browser()
    recordStore.delay = 20
    const { setCookie } = await visitor.visit(worker, (req) => {
      req.session.user = 'bob'
      req.session.count = 1
    })
    expect(setCookie).toBeDefined()
    expect((await visitor.visit(worker, attributesOf)).json).toEqual({ user: 'bob', count: 1 })
  })

  test('and a log-in right behind the first assignment is one session', async () => {
    const { worker, recordStore } = await begin(settings)
    const created: string[] = []
    worker.sessions.manager.on('created', ({ session }) => void created.push(session.id))
    const visitor = new Browser()
    recordStore.delay = 20
    await visitor.visit(worker, async (req) => {
      req.session.theme = 'dark'
      await req.session.signIn('bob')
    })
    expect((await visitor.visit(worker, attributesOf)).json).toEqual({ theme: 'dark' })
    expect(created).toHaveLength(1)
  })

  test('a write that fails is a 503', async () => {
    const { worker, browser, recordStore } = await begin(settings)
    const { status, json } = await browser.visit(worker, (req) => {
      void req.session.user
      recordStore.isDown = true
      req.session.theme = 'dark'
    })
    expect([status, json]).toEqual([503, expect.objectContaining({ code: 'STORE_UNAVAILABLE' })])
  })

  test('one that failed is made good by the end of the request', async () => {
    const { worker, browser, recordStore, stored } = await begin(settings)
    const { status } = await browser.visit(worker, async (req) => {
      void req.session.user
      recordStore.isDown = true
      req.session.theme = 'dark'
      await new Promise((resolve) => setTimeout(resolve, 20))
      recordStore.isDown = false
    })
    expect(status).toBe(200)
    expect(await stored()).toEqual({ user: 'ann', theme: 'dark' })
  })

  test('what is assigned after a log-out elsewhere is dropped, and told of once', async () => {
    const { worker, browser, stored } = await begin(settings)
    const late: (readonly string[])[] = []
    worker.sessions.manager.on('lateWrite', ({ names }) => void late.push(names))
    const { status } = await browser.visit(worker, async (req) => {
      void req.session.user
      await worker.sessions.manager.end(req.session.id)
      req.session.theme = 'dark'
    })
    expect(status).toBe(200)
    expect(late).toEqual([['theme']])
    expect(await stored()).toEqual({})
  })

  test('nothing is begun by a request whose session has just ended', async () => {
    const { worker, browser, recordStore } = await begin(settings)
    await worker.sessions.manager.end(browser.sessionId?.split('.')[0] ?? '')
    recordStore.writes = 0
    const { status } = await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    expect([status, recordStore.writes]).toEqual([409, 0])
  })

  test('nor by one whose headers were sent', async () => {
    const { worker, recordStore } = await begin(settings)
    const path = worker.route((req, res) => {
      res.write('head')
      setTimeout(() => {
        req.session.user = 'late'
        res.end()
      }, 20)
      return ANSWERED
    })
    await expect(new Browser().get(worker.url + path)).rejects.toThrow('terminated')
    expect(recordStore.writes).toBe(0)
  })
})

describe.each<SavePeriod>([0])('with savePeriod %o', (savePeriod) => {
  test.each<[string, Visit]>([
    ['reads', user],
    ['does not look at its session', () => 'nothing'],
  ])('a request that %s writes', async (_what, visit) => {
    const { worker, browser, recordStore } = await begin({ savePeriod })
    await browser.visit(worker, visit)
    expect(recordStore.writes).toBe(1)
  })

  test('one that changes something writes once', async () => {
    const { worker, browser, recordStore, stored } = await begin({ savePeriod })
    await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    expect(recordStore.writes).toBe(1)
    expect(await stored()).toEqual({ user: 'ann', theme: 'dark' })
  })

  test('the answer waits, and a write that fails is a 503', async () => {
    const { worker, browser, recordStore } = await begin({ savePeriod })
    const { status } = await browser.visit(worker, (req) => {
      void req.session.user
      recordStore.isDown = true
    })
    expect(status).toBe(503)
  })

  test('a request without a session writes nothing', async () => {
    const { worker, recordStore } = await begin({ savePeriod })
    await new Browser().visit(worker, user)
    expect(recordStore.writes).toBe(0)
  })
})

describe.each<MiddlewareSettings>([{ deferredWrite: true }, {}])('with %o', (settings) => {
  test('only a request that changes something writes, once, at its end', async () => {
    const { worker, browser, recordStore } = await begin(settings)
    await browser.visit(worker, user)
    expect(recordStore.writes).toBe(0)
    const { json } = await browser.visit(worker, async (req) => {
      req.session.theme = 'dark'
      await new Promise((resolve) => setTimeout(resolve, 10))
      req.session.count = 1
      return recordStore.writes
    })
    expect([json, recordStore.writes]).toEqual([0, 1])
  })
})

describe('with changes that are written later', () => {
  test('an answer does not wait, and the next requests of this worker see what it changed', async () => {
    const { worker, browser, recordStore, stored } = await begin({ savePeriod: 'shutdown' })
    await browser.visit(worker, (req) => void (req.session.cart = { items: ['tea'] }))
    await Promise.all([
      browser.visit(worker, (req) => void req.session.cart?.items.push('milk')),
      browser.visit(worker, (req) => void (req.session.theme = 'dark')),
    ])
    expect(recordStore.writes).toBe(0)
    const all = { user: 'ann', cart: { items: ['tea', 'milk'] }, theme: 'dark' }
    expect((await browser.visit(worker, attributesOf)).json).toEqual(all)
    expect(await stored()).toEqual({ user: 'ann' })
    await worker.sessions.manager.close()
    expect(await stored()).toEqual(all)
  })

  test('they are written in time', async () => {
    const { worker, browser, stored } = await begin({ savePeriod: { every: 0.2 } })
    await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    await expect.poll(stored, { timeout: 10_000 }).toEqual({ user: 'ann', theme: 'dark' })
  })

  test('a streamed answer has them too', async () => {
    const { worker, browser, recordStore } = await begin({ savePeriod: 'shutdown' })
    await browser.visit(worker, (req, res) => {
      req.session.count = 1
      res.write('head')
      req.session.theme = 'dark'
      res.end('rest')
      return ANSWERED
    })
    expect(recordStore.writes).toBe(0)
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann', count: 1, theme: 'dark' })
  })

  test('a log-in and a log-out do not wait', async () => {
    const { worker, browser, recordStore, stored } = await begin({ savePeriod: 'shutdown' })
    await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    await browser.visit(worker, (req) => req.session.signIn('bob'))
    expect(await stored()).toEqual({ user: 'ann', theme: 'dark' })
    recordStore.writes = 0
    await browser.visit(worker, (req) => req.session.signOut())
    expect(recordStore.writes).toBeGreaterThan(0)
    expect(await stored()).toEqual({})
  })

  test('a cookie of its own max age is stored with the change that made it', async () => {
    const { worker, browser, recordStore, stored } = await begin({ savePeriod: 'shutdown' })
    await browser.visit(worker, (req) => {
      req.session.theme = 'dark'
      req.session.cookie.maxAge = 60_000
    })
    expect(recordStore.writes).toBe(1)
    expect(await stored()).toEqual({ user: 'ann', theme: 'dark' })
  })
})

import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callsOf, countsOf } from '../harness/calls-of.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Seconds that a copy may be served here; the default is 10. */
const STALE_PERIOD = 3

describe.skipIf(!canStartMembers)('local copies of sticky workers', () => {
  const stage = new Stage()
  let cluster: Cluster
  let home: Worker
  let other: Worker
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true })
    const env = { HZ_SESSION_STALE_PERIOD: String(STALE_PERIOD) }
    ;[home, other] = await stage.pair(cluster, { door: 'middleware', env })
  })
  afterEach(() => cluster.proxies.forEach((proxy) => proxy.mend()))

  /** Two browsers with one session, whose cookies name either worker. */
  async function twoTabs(): Promise<{ user: User; elsewhere: User['browser'] }> {
    const user = await User.logIn(stage.browser(), home, 'ann')
    await user.browser.set(home, 'item', 'book')
    const elsewhere = stage.browser()
    await elsewhere.adopt(other, await user.browser.cookies(home))
    return { user, elsewhere }
  }

  async function seenWithin(what: string, ms: number, isSeen: () => Promise<boolean>): Promise<void> {
    const begin = performance.now()
    await waitFor(what, isSeen, ms)
    measured(`${what} after ${Math.round(performance.now() - begin)} ms`)
  }

  test('a hundred reads of one session in ten seconds cost two gets at most', async () => {
    // With the default period.
    const worker = await stage.worker(cluster, { door: 'middleware' })
    const browser = stage.browser()
    await browser.untilServed(worker)
    const user = await User.logIn(browser, worker, 'ben')
    const { calls } = await callsOf(cluster, async () => {
      const begin = performance.now()
      for (let n = 0; n < 100; n++) {
        expect((await user.browser.get(worker, '/api/session')).status).toBe(200)
        await new Promise((resolve) => {
          setTimeout(resolve, Math.max(0, begin + n * 100 - performance.now()))
        })
      }
    })
    expect(calls.get ?? 0).toBeLessThanOrEqual(2)
    expect({ get: 0, ...calls }).toEqual({ get: calls.get ?? 0 })
  })

  test('a change at another worker is seen within a second', async () => {
    const { user, elsewhere } = await twoTabs()
    expect((await user.browser.session(home)).attributes).toMatchObject({ item: 'book' })
    expect((await elsewhere.set(other, 'item', 'pen')).status).toBe(204)
    await seenWithin('the change is seen', 1000, async () => {
      return (await user.browser.session(home)).attributes['item'] === 'pen'
    })
  })

  test('a log-out at another worker is seen within a second', async () => {
    const { user, elsewhere } = await twoTabs()
    await user.browser.session(home)
    expect((await elsewhere.logout(other)).status).toBe(204)
    await seenWithin('the log-out is seen', 1000, async () => (await user.browser.session(home)).id !== user.id)
  })

  test('without events both are seen after the period at the latest, and no change is lost meanwhile', async () => {
    const { user, elsewhere } = await twoTabs()
    for (const proxy of cluster.proxies) proxy.loseEvents()
    await user.browser.session(home)
    expect((await elsewhere.set(other, 'far', true)).status).toBe(204)
    // On top of a copy that does not know of it.
    expect((await user.browser.session(home)).attributes).not.toHaveProperty('far')
    expect((await user.browser.set(home, 'near', true)).status).toBe(204)
    expect((await user.browser.session(home)).attributes).toMatchObject({ item: 'book', near: true, far: true })

    expect((await elsewhere.set(other, 'item', 'pen')).status).toBe(204)
    const changed = async (): Promise<boolean> => (await user.browser.session(home)).attributes['item'] === 'pen'
    await seenWithin('the change is seen', (STALE_PERIOD + 1) * 1000, changed)
    await user.browser.set(home, 'back', true)
    expect((await elsewhere.logout(other)).status).toBe(204)
    const isOut = async (): Promise<boolean> => (await user.browser.session(home)).id !== user.id
    await seenWithin('the log-out is seen', (STALE_PERIOD + 1) * 1000, isOut)
  })

  test('counts that other workers made are never counted twice or forgotten', async () => {
    const { user, elsewhere } = await twoTabs()
    for (const proxy of cluster.proxies) proxy.loseEvents()
    for (let n = 0; n < 5; n++) {
      for (const [browser, worker] of [
        [user.browser, home],
        [elsewhere, other],
      ] as const)
        expect((await browser.increment(worker, 'count')).status).toBe(200)
    }
    expect((await elsewhere.session(other)).attributes['count']).toBe(10)
  })

  test('an answer that left before another worker’s change is no copy afterwards', async () => {
    const { user, elsewhere } = await twoTabs()
    await user.browser.session(home)
    // Until the copy is too old to be served.
    await waitFor('the worker asks again', async () => {
      const { calls } = await callsOf(cluster, () => user.browser.session(home))
      return calls.get === 1
    })
    await new Promise((resolve) => {
      setTimeout(resolve, STALE_PERIOD * 1000)
    })
    for (const proxy of cluster.proxies) {
      proxy.reset()
      proxy.delayNextRead(1500)
    }
    const slow = user.browser.session(home)
    await waitFor('the question is sent', () => countsOf(cluster).get === 1)
    await waitFor('the answer is held back', () => cluster.proxies.some((proxy) => proxy.isHoldingRead))
    for (const proxy of cluster.proxies) proxy.delayNextRead(0)
    expect((await elsewhere.set(other, 'item', 'pen')).status).toBe(204)
    expect((await slow).attributes).toMatchObject({ item: 'book' })
    expect((await user.browser.session(home)).attributes).toMatchObject({ item: 'pen' })
  })

  test('a connection that was lost makes copies stale', async () => {
    const { user } = await twoTabs()
    const read = (): Promise<unknown> => user.browser.get(home, '/api/session')
    expect((await callsOf(cluster, read)).calls).toEqual({})
    for (const proxy of cluster.proxies) proxy.cutClients()
    await waitFor('it notices', async () => (await user.browser.get(home, '/api/session')).status === 503)
    for (const proxy of cluster.proxies) proxy.mend()
    for (const proxy of cluster.proxies) proxy.reset()
    await waitFor('it serves again', async () => (await user.browser.get(home, '/api/session')).status === 200)
    expect(countsOf(cluster).get).toBeGreaterThan(0)
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../harness/answer.ts'
import { callsOf, countsOf } from '../harness/calls-of.ts'
import type { Cluster } from '../harness/cluster.ts'
import type { RequestCounts } from '../harness/request-kinds.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** What a stock map costs more for each write that replaces a record: it gives no life of its own. */
const EXTENSION = { configured: {}, stock: { setTtl: 1 } } as const

/** The store ends the old session at once. */
const LOGIN = {
  store: { get: 2, replaceIfSame: 1, setTtl: 1, putIfAbsent: 1 },
  middleware: { get: 2, putIfAbsent: 1, replaceIfSame: 1 },
} as const
/** The middleware ends it when the browser shows that it has the new cookie, in case the answer never arrived. */
const SHOW = { store: { get: 1 }, middleware: { get: 3, replaceIfSame: 2, setTtl: 1 } } as const

describe.skipIf(!canStartMembers)('the calls that members get', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true })
  })

  describe.each(SETUPS)('$title', (setup) => {
    let workers: [Worker, Worker]
    let user: User
    const touch = { replaceIfSame: 1, ...EXTENSION[setup.map] }
    const write = { replaceIfSame: 1, ...EXTENSION[setup.map] }
    /** What a read costs at the worker that wrote the session last, and that its cookie names. */
    const readAtHome: RequestCounts = setup.door === 'middleware' && setup.sticky !== false ? {} : { get: 1 }
    beforeAll(async () => {
      workers = await stage.pair(cluster, setup)
      user = await User.logIn(stage.browser(), workers[0], 'ann')
    })

    async function expectCalls(expected: RequestCounts, act: () => Promise<Answer>, status: number): Promise<void> {
      const { calls, result } = await callsOf(cluster, act)
      expect(result).toMatchObject({ status })
      expect(calls).toEqual(expected)
    }

    test('are none for a request that touches no session', async () => {
      await expectCalls({}, () => user.browser.get(workers[0], '/api/none'), 204)
      await expectCalls({}, () => stage.browser().get(workers[0], '/api/session'), 200)
    })

    test('are one get for a request that changes nothing, but none at the worker of a sticky session', async () => {
      await user.browser.set(workers[0], 'home', workers[0].name)
      for (const path of ['/api/session', '/'])
        await expectCalls(readAtHome, () => user.browser.get(workers[0], path), 200)
      for (const path of ['/api/session', '/'])
        await expectCalls({ get: 1 }, () => user.browser.get(workers[1], path), 200)
    })

    test('are twenty gets and no write for twenty reads within `touchAfter`', async () => {
      const { calls } = await callsOf(cluster, async () => {
        for (let turn = 0; turn < 20; turn++) await user.browser.get(workers[turn % 2]!, '/api/session')
      })
      expect(calls).toEqual({ get: 20 })
    })

    test('are no more than a read, and no write, for a change that changes nothing', async () => {
      await user.browser.set(workers[0], 'same', { a: 1 })
      await expectCalls(readAtHome, () => user.browser.set(workers[0], 'same', { a: 1 }), 204)
    })

    test('are a read and one compare-and-set for a write', async () => {
      await user.browser.set(workers[0], 'home', 'again')
      for (const worker of workers) {
        const first = worker === workers[0] ? readAtHome : { get: 1 }
        await expectCalls({ ...first, ...write }, () => user.browser.set(worker, 'item', worker.name), 204)
        await expectCalls({ ...readAtHome, ...write }, () => user.browser.increment(worker, 'count'), 200)
      }
    })

    test('are one insert, without a get, for a session that begins', async () => {
      await expectCalls({ putIfAbsent: 1 }, () => stage.browser().set(workers[0], 'item', 1), 204)
    })

    test('are, for a log-in, the end of the old session and the begin of the new one', async () => {
      const browser = stage.browser()
      await browser.set(workers[0], 'item', 1)
      // A marker's life is always said, since it has to outlive everything else.
      await expectCalls(
        { ...LOGIN[setup.door], ...oneLess(LOGIN[setup.door].get, readAtHome) },
        () => browser.login(workers[0], 'ben'),
        204,
      )
      await expectCalls(
        { ...SHOW[setup.door], ...oneLess(SHOW[setup.door].get, readAtHome) },
        () => browser.get(workers[0], '/api/session'),
        200,
      )
      const logout = { ...readAtHome, replaceIfSame: 1, setTtl: 1 }
      await expectCalls(logout, () => browser.logout(workers[0]), 204)
    })

    test('are one write for a touch that is due, which the answer does not wait for', async () => {
      const worker = await stage.worker(cluster, { ...setup, env: { HZ_SESSION_TOUCH_AFTER: '1' } })
      const browser = stage.browser()
      await browser.untilServed(worker)
      for (const proxy of cluster.proxies) proxy.reset()
      const calls = await waitFor('the touch is written', async () => {
        await browser.get(worker, '/api/session')
        const counts = countsOf(cluster)
        return Object.keys(touch).every((kind) => kind in counts) && counts
      })
      expect({ get: 0, ...calls }).toEqual({ ...touch, get: expect.any(Number) })
    })
  })
})

/** How many gets there are, when the one by which the request's session is read may not be needed. */
function oneLess(gets: number, readAtHome: RequestCounts): RequestCounts {
  return { get: gets - (readAtHome.get === 1 ? 0 : 1) }
}

import { beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../harness/answer.ts'
import { MAP_KINDS } from '../harness/cluster.ts'
import type { Cluster } from '../harness/cluster.ts'
import type { RequestCounts, RequestKind } from '../harness/request-kinds.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

/** What a stock map costs more for each write that replaces a record: it gives no life of its own. */
const EXTENSION = { configured: {}, stock: { setTtl: 1 } } as const

function sum(counts: readonly RequestCounts[]): RequestCounts {
  const total: Partial<Record<RequestKind, number>> = {}
  for (const count of counts) {
    for (const [kind, times] of Object.entries(count) as [RequestKind, number][]) {
      total[kind] = (total[kind] ?? 0) + times
    }
  }
  return total
}

describe.skipIf(!canStartMembers)('the calls that members get', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true })
  })

  async function callsOf(act: () => Promise<unknown>): Promise<RequestCounts> {
    for (const proxy of cluster.proxies) proxy.reset()
    await act()
    return sum(cluster.proxies.map(({ counts }) => counts))
  }

  describe.each(MAP_KINDS)('on a %s map', (map) => {
    let workers: [Worker, Worker]
    let user: User
    const write = { get: 1, replaceIfSame: 1, ...EXTENSION[map] }
    beforeAll(async () => {
      workers = await stage.pair(cluster, { map })
      user = await User.logIn(stage.browser(), workers[0], 'ann')
    })

    async function expectCalls(expected: RequestCounts, act: () => Promise<Answer>, status: number): Promise<void> {
      let answer: Answer | undefined
      const calls = await callsOf(async () => {
        answer = await act()
      })
      expect(answer).toMatchObject({ status })
      expect(calls).toEqual(expected)
    }

    test('are none for a request that touches no session', async () => {
      await expectCalls({}, () => user.browser.get(workers[0], '/api/none'), 204)
      await expectCalls({}, () => stage.browser().get(workers[0], '/api/session'), 200)
    })

    test('are one get for a request that changes nothing, at the same worker and at the other', async () => {
      for (const worker of workers) {
        await expectCalls({ get: 1 }, () => user.browser.get(worker, '/api/session'), 200)
        await expectCalls({ get: 1 }, () => user.browser.get(worker, '/'), 200)
      }
    })

    test('are twenty gets and no write for twenty reads within `touchAfter`', async () => {
      const calls = await callsOf(async () => {
        for (let turn = 0; turn < 20; turn++) await user.browser.get(workers[turn % 2]!, '/api/session')
      })
      expect(calls).toEqual({ get: 20 })
    })

    test('are one get and no write for a change that changes nothing', async () => {
      await user.browser.set(workers[0], 'same', { a: 1 })
      await expectCalls({ get: 1 }, () => user.browser.set(workers[0], 'same', { a: 1 }), 204)
    })

    test('are one get and one compare-and-set for a write', async () => {
      for (const worker of workers) {
        await expectCalls(write, () => user.browser.set(worker, 'item', worker.name), 204)
        await expectCalls(write, () => user.browser.increment(worker, 'count'), 200)
      }
    })

    test('are one insert, without a get, for a session that begins', async () => {
      await expectCalls({ putIfAbsent: 1 }, () => stage.browser().set(workers[0], 'item', 1), 204)
    })

    test('are, for a log-in, the end of the old session and the begin of the new one', async () => {
      const browser = stage.browser()
      await browser.set(workers[0], 'item', 1)
      // A marker's life is always said, since it has to outlive everything else.
      const login = { get: 2, replaceIfSame: 1, setTtl: 1, putIfAbsent: 1 }
      await expectCalls(login, () => browser.login(workers[0], 'ben'), 204)
      const logout = { get: 1, replaceIfSame: 1, setTtl: 1 }
      await expectCalls(logout, () => browser.logout(workers[0]), 204)
    })

    test('are one write for a touch that is due, which the answer does not wait for', async () => {
      const worker = await stage.worker(cluster, { map, env: { HZ_SESSION_TOUCH_AFTER: '1' } })
      const browser = stage.browser()
      await browser.untilServed(worker)
      await expect
        .poll(() => callsOf(() => browser.get(worker, '/api/session')), { interval: 200, timeout: 15_000 })
        .toMatchObject({ get: 1, replaceIfSame: 1 })
    })
  })
})

import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { longest } from '../harness/answer.ts'
import { BUDGET, LONGEST_READ, LONGEST_WRITE } from '../harness/budget.ts'
import { countsOf } from '../harness/calls-of.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { NOT_STICKY, STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms a request takes between its change and its save. */
const SLOW = 1500

describe.skipIf(!canStartMembers)('the network between workers and members', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true })
  })
  afterEach(() => cluster.proxies.forEach((proxy) => proxy.mend()))

  describe.each([STORE_SETUPS[0]!, STICKY, NOT_STICKY])('$title', (setup) => {
    let workers: [Worker, Worker]
    beforeAll(async () => {
      // Copies would need no network.
      const env = { HZ_SESSION_STALE_PERIOD: '0' }
      workers = await stage.pair(cluster, { ...setup, operationTimeout: BUDGET, env })
    })

    test('may be cut and mended: answers come in time, and every session is as it was', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'ann')
      await user.ledger.set(workers[0], 'item', 'book')
      for (const proxy of cluster.proxies) proxy.cutClients()
      const answers = []
      for (const worker of workers) {
        await waitFor('it notices', async () => (await user.browser.get(worker, '/api/session')).status === 503)
        answers.push(await user.browser.get(worker, '/api/session'), await user.ledger.set(worker, 'item', 'pen'))
      }
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503])
      expect(longest(answers)).toBeLessThanOrEqual(LONGEST_READ)

      for (const proxy of cluster.proxies) proxy.mend()
      const mended = performance.now()
      for (const worker of workers) {
        await waitFor('it serves again', async () => (await user.browser.get(worker, '/api/session')).status === 200)
        expect(await user.contradictions(worker)).toEqual([])
      }
      measured(
        `longest answer ${longest(answers)} ms, service ${Math.round(performance.now() - mended)} ms after the mending`,
      )
    })

    test('may be cut between a request and its save: that is a 503, and nothing of the answer leaves', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'cem')
      for (const proxy of cluster.proxies) proxy.reset()
      const slow = workers.map((worker) => user.browser.set(worker, 'late', true, SLOW))
      await waitFor('each has loaded its session', () => (countsOf(cluster).get ?? 0) >= workers.length)
      for (const proxy of cluster.proxies) proxy.cutClients()
      const answers = await Promise.all([
        ...slow,
        // Those that begin: there is nothing to load, and everything to save.
        ...workers.map((worker) => stage.browser().set(worker, 'item', 'book')),
        ...workers.map((worker) => stage.browser().fetch(worker, 'POST', '/api/redirect/item', 'book')),
        ...workers.map((worker) => stage.browser().login(worker, 'dan')),
      ])
      for (const { status, headers } of answers) {
        expect(status).toBe(503)
        expect(Number(headers['retry-after'])).toBeGreaterThan(0)
        expect(headers.location).toBeUndefined()
      }
      expect(longest(answers)).toBeLessThanOrEqual(SLOW + LONGEST_WRITE[setup.door])
      // The library sets the cookie of a session that it could not store.
      const cookies = answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])
      expect(setup.door === 'store' ? [] : cookies).toEqual([])
      for (const proxy of cluster.proxies) proxy.mend()
      for (const worker of workers) {
        await waitFor('it serves again', async () => (await user.browser.get(worker, '/api/session')).status === 200)
        expect(await user.contradictions(worker)).toEqual([])
      }
    })

    test('may be slow: within the budget sessions are served, beyond it refused in time', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'ben')
      for (const proxy of cluster.proxies) proxy.delayClients(300)
      for (const worker of workers) expect((await user.ledger.set(worker, 'item', worker.name)).status).toBe(204)

      for (const proxy of cluster.proxies) proxy.delayClients(4000)
      const slow = await Promise.all(workers.map((worker) => user.browser.get(worker, '/api/session')))
      expect(slow.map(({ status }) => status)).toEqual([503, 503])
      expect(longest(slow)).toBeLessThanOrEqual(LONGEST_READ)

      for (const proxy of cluster.proxies) proxy.delayClients(0)
      for (const worker of workers) {
        await waitFor('it serves again', async () => (await user.browser.get(worker, '/api/session')).status === 200)
        expect(await user.contradictions(worker)).toEqual([])
      }
    })
  })
})

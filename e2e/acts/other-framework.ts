import { beforeAll, describe, expect, test } from 'vitest'
import { expectChangeRefused, expectLogoutToStand } from './logout.ts'
import { expectRefusals, expectService } from './outage.ts'
import { expectIncrementsCounted, expectParallelWritesKept, expectRedirectsToFindData } from './parallel-requests.ts'
import { expectSessionsToOutlive } from './worker-loss.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import type { Setup } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker, WorkerOptions } from '../harness/worker.ts'

const SETUPS: readonly Setup[] = [STORE_SETUPS[0]!, STICKY]

/** What a shop is built with. */
type Build = Pick<WorkerOptions, 'framework' | 'program' | 'env'>

/** The promises that the shop on Express keeps, kept by another shop at each door, and with one on Express beside it. */
export function playOn(buildFor: (setup: Setup) => Build): void {
  const stage = new Stage()
  let cluster: Cluster
  /** One pair for each door. */
  const shops: [Worker, Worker][] = []
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(SETUPS)('$title', (setup) => {
    const build = buildFor(setup)
    let workers: [Worker, Worker]
    beforeAll(async () => {
      workers = await stage.pair(cluster, { ...setup, ...build, operationTimeout: BUDGET })
      shops.push(workers)
    })

    test('keeps parallel writes, counts every increment, and answers when all is stored', async () => {
      await expectParallelWritesKept(stage, workers, 40)
      await expectIncrementsCounted(stage, workers, 60)
      await expectRedirectsToFindData(stage, workers, 10)
    })

    test('lets a log-out stand', async () => {
      const cookies = await expectLogoutToStand(stage, workers)
      if (setup.door === 'middleware') await expectChangeRefused(stage, workers, cookies, 'SESSION_ENDED')
    })

    test('shares sessions with a worker on Express, in both directions', async () => {
      // Where one does not bind sessions to workers, the other must not serve them from its own copies.
      const young = await stage.worker(cluster, {
        ...STICKY,
        sticky: setup.door === 'middleware',
        framework: 'express',
      })
      await stage.browser().untilServed(young)
      for (const [first, second] of [
        [workers[0], young],
        [young, workers[0]],
      ] as const) {
        const user = await User.logIn(stage.browser(), first, 'ann')
        await user.ledger.set(second, 'item', 'book')
        await user.ledger.increment(first, 'count')
        for (const worker of [first, second]) expect(await user.contradictions(worker)).toEqual([])
        expect((await user.browser.logout(second)).status).toBe(204)
        expect(await user.browser.session(first)).toMatchObject({ isNew: true, attributes: {} })
      }
      await expectParallelWritesKept(stage, [workers[0], young], 20)
    })

    test('dies, and loses none of 50 sessions', async () => {
      const doomed = await stage.pair(cluster, { ...setup, ...build })
      measured(await expectSessionsToOutlive(stage, doomed, 50))
    })
  })

  test('refuses in time while the cluster is dead, and serves when it is back', async () => {
    const browsers = await Promise.all(
      shops.map(async ([worker]) => {
        const browser = stage.browser()
        await browser.login(worker, 'ben')
        return browser
      }),
    )
    await cluster.killAll()
    await Promise.all(shops.map(([worker], index) => expectRefusals(browsers[index]!, worker)))
    await cluster.start()
    for (const workers of shops) await expectService(stage, workers)
  })
}

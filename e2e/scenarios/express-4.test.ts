import { beforeAll, describe, expect, test } from 'vitest'
import { expectChangeRefused, expectLogoutToStand } from '../acts/logout.ts'
import {
  expectIncrementsCounted,
  expectParallelWritesKept,
  expectRedirectsToFindData,
} from '../acts/parallel-requests.ts'
import { expectRefusals, expectService } from '../acts/outage.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { SHOP_ON_EXPRESS_4 } from '../harness/worker.ts'
import type { Worker } from '../harness/worker.ts'

const SETUPS = [STORE_SETUPS[0]!, STICKY]

describe.skipIf(!canStartMembers)('a worker on Express 4', () => {
  const stage = new Stage()
  let cluster: Cluster
  /** Those on Express 4, one pair for each door. */
  const shops: [Worker, Worker][] = []
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(SETUPS)('$title', (setup) => {
    /** One on Express 4, one on Express 5, with the same sessions. */
    let mixed: [Worker, Worker]
    let old: [Worker, Worker]
    beforeAll(async () => {
      const env = { SHOP_DOOR: setup.door }
      old = await stage.pair(cluster, { ...setup, program: SHOP_ON_EXPRESS_4, operationTimeout: BUDGET, env })
      shops.push(old)
      const young = await stage.worker(cluster, setup)
      await stage.browser().untilServed(young)
      mixed = [old[0], young]
    })

    test('keeps parallel writes, counts every increment, and answers when all is stored', async () => {
      await expectParallelWritesKept(stage, old, 40)
      await expectIncrementsCounted(stage, old, 60)
      await expectRedirectsToFindData(stage, old, 10)
    })

    test('lets a log-out stand', async () => {
      const cookies = await expectLogoutToStand(stage, old)
      if (setup.door === 'middleware') await expectChangeRefused(stage, old, cookies, 'SESSION_ENDED')
    })

    test('shares sessions with a worker on Express 5', async () => {
      const user = await User.logIn(stage.browser(), mixed[0], 'ann')
      await user.ledger.set(mixed[1], 'item', 'book')
      await user.ledger.increment(mixed[0], 'count')
      for (const worker of mixed) expect(await user.contradictions(worker)).toEqual([])
      await expectParallelWritesKept(stage, mixed, 20)
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
})

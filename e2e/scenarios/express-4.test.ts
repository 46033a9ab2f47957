import { beforeAll, describe, expect, test } from 'vitest'
import { expectLogoutToStand } from '../acts/logout.ts'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
import { expectRefusals, expectService } from '../acts/outage.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { SHOP_ON_EXPRESS_4 } from '../harness/worker.ts'
import type { Worker } from '../harness/worker.ts'

describe.skipIf(!canStartMembers)('a worker on Express 4', () => {
  const stage = new Stage()
  let cluster: Cluster
  /** One on Express 4, one on Express 5, with the same sessions. */
  let mixed: [Worker, Worker]
  let old: [Worker, Worker]
  beforeAll(async () => {
    cluster = await stage.cluster()
    old = await stage.pair(cluster, { program: SHOP_ON_EXPRESS_4, operationTimeout: BUDGET })
    const [, young] = await stage.pair(cluster)
    mixed = [old[0], young]
  })

  test('keeps parallel writes and counts every increment', async () => {
    await expectParallelWritesKept(stage, old, 40)
    await expectIncrementsCounted(stage, old, 60)
  })

  test('lets a log-out stand', async () => {
    await expectLogoutToStand(stage, old)
  })

  test('shares sessions with a worker on Express 5', async () => {
    const user = await User.logIn(stage.browser(), mixed[0], 'ann')
    await user.ledger.set(mixed[1], 'item', 'book')
    await user.ledger.increment(mixed[0], 'count')
    for (const worker of mixed) expect(await user.contradictions(worker)).toEqual([])
    await expectParallelWritesKept(stage, mixed, 20)
  })

  test('refuses in time while the cluster is dead, and serves when it is back', async () => {
    const browser = stage.browser()
    await browser.login(old[0], 'ben')
    await cluster.killAll()
    await expectRefusals(browser, old[0])
    await cluster.start()
    await expectService(stage, old)
  })
})

import { beforeAll, describe, test } from 'vitest'
import { expectLogoutToStand } from '../acts/logout.ts'
import { expectOutageToPass } from '../acts/outage.ts'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
import { expectSessionsToOutlive } from '../acts/worker-loss.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

/** Those that the other scenarios do not run on. Fetching a version for the first time may take a minute. */
describe.skipIf(!canStartMembers).each(['5.5.0', '5.6.0'])('Hazelcast %s', (version) => {
  const stage = new Stage()
  let cluster: Cluster
  const shops: [Worker, Worker][] = []
  beforeAll(async () => {
    cluster = await stage.cluster({ version })
    for (const setup of [STORE_SETUPS[0]!, STICKY]) {
      shops.push(await stage.pair(cluster, { ...setup, operationTimeout: BUDGET }))
    }
  })

  test('keeps parallel writes and counts every increment', async () => {
    for (const workers of shops) {
      await expectParallelWritesKept(stage, workers, 20)
      await expectIncrementsCounted(stage, workers, 20)
    }
  })

  test('lets a log-out stand', async () => {
    await Promise.all(shops.map((workers) => expectLogoutToStand(stage, workers)))
  })

  test('passes through an outage of the whole cluster', async () => {
    await expectOutageToPass(stage, cluster, shops)
  })

  test('loses no session with a worker', async () => {
    for (const workers of shops) await expectSessionsToOutlive(stage, workers, 10)
  })
})

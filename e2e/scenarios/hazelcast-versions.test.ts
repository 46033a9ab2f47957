import { beforeAll, describe, test } from 'vitest'
import { expectLogoutToStand } from '../acts/logout.ts'
import { expectOutageToPass } from '../acts/outage.ts'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
import { expectSessionsToOutlive } from '../acts/worker-loss.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

/** Those that the other scenarios do not run on. Fetching a version for the first time may take a minute. */
describe.skipIf(!canStartMembers).each(['5.5.0', '5.6.0'])('Hazelcast %s', (version) => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster({ version })
  })

  describe.each([STORE_SETUPS[0]!, STICKY])('$title', (setup) => {
    let workers: [Worker, Worker]
    beforeAll(async () => {
      workers = await stage.pair(cluster, setup)
    })

    test('keeps parallel writes and counts every increment', async () => {
      await expectParallelWritesKept(stage, workers, 20)
      await expectIncrementsCounted(stage, workers, 20)
    })

    test('lets a log-out stand', async () => {
      await expectLogoutToStand(stage, workers)
    })

    test('passes through an outage of the whole cluster', async () => {
      await expectOutageToPass(stage, cluster, workers)
    })

    test('loses no session with a worker', async () => {
      await expectSessionsToOutlive(stage, workers, 10)
    })
  })
})

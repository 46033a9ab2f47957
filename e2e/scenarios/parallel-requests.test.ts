import { beforeAll, describe, test } from 'vitest'
import {
  expectIncrementsCounted,
  expectParallelWritesKept,
  expectRedirectsToFindData,
} from '../acts/parallel-requests.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

const REDIRECTS = 30

describe.skipIf(!canStartMembers)('parallel requests of one session', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(SETUPS)('$title', (setup) => {
    let workers: [Worker, Worker]
    beforeAll(async () => {
      workers = await stage.pair(cluster, setup)
    })

    test('keep each other’s attributes, whichever worker they reach', async () => {
      await expectParallelWritesKept(stage, workers, 40)
    })

    test('count every increment once and answer no number twice', async () => {
      await expectIncrementsCounted(stage, workers, 60)
    })

    test('see the data of a redirect at the other worker', async () => {
      await expectRedirectsToFindData(stage, workers, REDIRECTS)
    })
  })
})

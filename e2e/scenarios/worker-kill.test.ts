import { beforeAll, describe, expect, test } from 'vitest'
import { expectSessionsToOutlive } from '../acts/worker-loss.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS, STICKY_ON_STOCK } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'

describe.skipIf(!canStartMembers)('kill -9 of a worker', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  test.each([...SETUPS, STICKY_ON_STOCK])('loses none of 100 sessions, and logs nobody out: $title', async (setup) => {
    const workers = await stage.pair(cluster, setup)
    measured(await expectSessionsToOutlive(stage, workers, 100))
    expect(workers[1].isRunning).toBe(true)
  })
})

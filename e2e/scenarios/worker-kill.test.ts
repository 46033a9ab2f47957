import { beforeAll, describe, expect, test } from 'vitest'
import { expectSessionsToOutlive } from '../acts/worker-loss.ts'
import { MAP_KINDS } from '../harness/cluster.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'

describe.skipIf(!canStartMembers)('kill -9 of a worker', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  test.each(MAP_KINDS)('loses none of 100 sessions on a %s map, and logs nobody out', async (map) => {
    const workers = await stage.pair(cluster, { map })
    measured(await expectSessionsToOutlive(stage, workers, 100))
    expect(workers[1].isRunning).toBe(true)
  })
})

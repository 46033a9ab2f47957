import { beforeAll, describe, expect, test } from 'vitest'
import { expectOutageToPass, expectRefusals, expectService } from '../acts/outage.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'

describe.skipIf(!canStartMembers)('a dead cluster', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each([...STORE_SETUPS, STICKY])('$title', (setup) => {
    test('costs 503s in time and no restart of a worker', async () => {
      const workers = await stage.pair(cluster, setup)
      measured(await expectOutageToPass(stage, cluster, workers))
      expect(workers.map(({ isRunning }) => isRunning)).toEqual([true, true])
    })

    test('does not keep workers from starting, which serve once it is there', async () => {
      // A cookie that verifies: a request without one has no session to ask for.
      const witness = await stage.worker(cluster, setup)
      const browser = stage.browser()
      await browser.untilServed(witness)
      await cluster.killAll()
      const workers = await Promise.all([stage.worker(cluster, setup), stage.worker(cluster, setup)])
      const figures = await Promise.all(workers.map((worker) => expectRefusals(browser, worker)))
      expect(Math.max(...figures)).toBeLessThanOrEqual(3000)
      measured(`longest answer ${Math.max(...figures)} ms`)
      await cluster.start()
      await expectService(stage, workers)
    })
  })
})

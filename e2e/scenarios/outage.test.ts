import { beforeAll, describe, expect, test } from 'vitest'
import { expectOutageToPass, expectRefusals, expectService } from '../acts/outage.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'

/** All at once: an outage takes time. */
const SHOPS = SETUPS.map((setup) => ({ ...setup, operationTimeout: BUDGET }))

describe.skipIf(!canStartMembers)('a dead cluster', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  test('costs 503s in time and no restart of a worker', async () => {
    const shops = await Promise.all(SHOPS.map((setup) => stage.pair(cluster, setup)))
    measured(await expectOutageToPass(stage, cluster, shops))
    for (const worker of shops.flat()) expect(worker.isRunning).toBe(true)
  })

  test('does not keep workers from starting, which serve once it is there', async () => {
    // A cookie that verifies: a request without one has no session to ask for.
    const browsers = await Promise.all(
      SHOPS.map(async (setup) => {
        const browser = stage.browser()
        await browser.untilServed(await stage.worker(cluster, setup))
        return browser
      }),
    )
    await cluster.killAll()
    const workers = await Promise.all(SHOPS.map((setup) => stage.worker(cluster, setup)))
    const figures = await Promise.all(workers.map((worker, index) => expectRefusals(browsers[index]!, worker)))
    measured(`longest answer ${Math.max(...figures)} ms`)
    await cluster.start()
    for (const worker of workers) await expectService(stage, [worker])
  })
})

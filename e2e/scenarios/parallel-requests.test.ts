import { beforeAll, describe, expect, test } from 'vitest'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
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
      const browser = stage.browser()
      for (let turn = 0; turn < REDIRECTS; turn++) {
        const answer = await browser.fetch(workers[turn % 2]!, 'POST', '/api/redirect/step', turn)
        expect(answer.status).toBe(303)
        const seen = await browser.follow(answer, workers[(turn + 1) % 2]!)
        expect(JSON.parse(seen.text)).toMatchObject({ attributes: { step: turn } })
      }
    })
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

describe.skipIf(!canStartMembers)('the name of a worker', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster({ size: 1 })
  })

  async function served(name: string): Promise<Worker> {
    const worker = await stage.worker(cluster, { ...STICKY, name })
    await stage.browser().untilServed(worker)
    return worker
  }

  test('may be had by one live worker at a time, and by the next one after a kill', async () => {
    const killed = await served('phoenix')
    await killed.kill()
    const risen = await served('phoenix')
    const first = await served('twin')
    const second = await served('twin')
    // What the second one sees when it looks again, in ten seconds, has been renewed by the first.
    await waitFor('somebody notices', () => [first, second].some(({ output }) => output.includes('WORKER_NAME_TAKEN')))
    // The risen one looked before it, as often.
    expect(risen.output).not.toContain('WORKER_NAME_TAKEN')
    const other = await served('other')
    expect(other.output).not.toContain('WORKER_NAME_TAKEN')
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { leftAfterClose } from '../harness/open-and-close.ts'
import { overtaken } from '../harness/overtaken.ts'
import { RawConnection } from '../harness/raw-connection.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'

/** Ms a request takes that is under way when the worker is told to end. */
const SLOW = 4000
const SETUPS = [STORE_SETUPS[0]!, STICKY]

describe.skipIf(!canStartMembers)('a worker that is told to end', () => {
  const stage = new Stage()
  let cluster: Cluster
  const connections: RawConnection[] = []
  beforeAll(async () => {
    cluster = await stage.cluster()
  })
  afterAll(() => connections.forEach((connection) => connection.close()))

  test.each(SETUPS)('finishes what it has begun, says that it drains, and ends by itself: $title', async (setup) => {
    const [worker, other] = await stage.pair(cluster, setup)
    const user = await User.logIn(stage.browser(), worker, 'ann')
    const slow = user.browser.set(worker, 'late', 'kept', SLOW)
    const connection = new RawConnection(worker)
    connections.push(connection)
    const cookie = await user.browser.cookies(worker)
    connection.send(
      'PUT',
      `/api/attributes/later?delay=${SLOW}`,
      { cookie, 'content-type': 'application/json' },
      '"kept"',
    )
    await overtaken(stage.browser(), cookie, [worker])
    worker.terminate()
    await waitFor(
      'it takes no new connections',
      async () => (await stage.browser().get(worker, '/health')).status === 0,
    )
    // What is connected and not idle is still served, and hears that this worker drains.
    connection.send('GET', '/health')

    expect((await slow).status).toBe(204)
    expect(await connection.statuses(2)).toEqual([204, 503])
    connection.close()
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    const { attributes } = await user.browser.session(other)
    expect(attributes).toMatchObject({ user: 'ann', late: 'kept', later: 'kept' })
  })

  test('has no timer and no connection left when its store is closed', async () => {
    expect(await leftAfterClose(cluster, 'connected')).toEqual([])
  })

  test('ends by itself as well while the cluster is dead, and before it ever was there', async () => {
    const workers = await Promise.all(SETUPS.map((setup) => stage.worker(cluster, setup)))
    await Promise.all(workers.map((worker) => stage.browser().untilServed(worker)))
    await cluster.killAll()
    const late = await Promise.all(SETUPS.map((setup) => stage.worker(cluster, setup)))
    for (const each of [...workers, ...late]) {
      each.terminate()
      expect(await each.exited).toEqual({ code: 0, signal: null })
    }
    // A client cannot be stopped before its first connection, but gives up soon.
    await leftAfterClose(cluster, 'connecting')
  })
})

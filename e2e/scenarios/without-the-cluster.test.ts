import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

const USERS = 12

describe.skipIf(!canStartMembers)('service without the cluster', () => {
  const stage = new Stage()
  let cluster: Cluster
  let workers: [Worker, Worker]
  beforeAll(async () => {
    cluster = await stage.cluster()
    const env = { HZ_SESSION_ON_STORE_ERROR: 'local' }
    workers = await stage.pair(cluster, { door: 'middleware', env })
  })

  test('goes on while all members are killed and started again under load, and loses nothing that was acknowledged', async () => {
    const users = await Promise.all(
      Array.from({ length: USERS }, (_, n) => User.logIn(stage.browser(), workers[n % 2]!, `user${n}`)),
    )
    const homeOf = (index: number): Worker => workers[index % 2]!
    const leaver = await User.logIn(stage.browser(), workers[0], 'leaver')
    const idle = await User.logIn(stage.browser(), workers[1], 'idle')
    await idle.ledger.set(workers[1], 'item', 'book')

    // Everybody changes something all the time, each at the worker of their session.
    const load = { isOver: false, refused: 0, done: 0 }
    const running = users.map(async (user, index) => {
      for (let n = 0; !load.isOver; n++) {
        const { status, error } = await user.ledger.set(homeOf(index), 'item', n)
        expect([204, 503], `the status of a write (${String(error)})`).toContain(status)
        if (status === 204) load.done += 1
        else load.refused += 1
      }
    })
    await waitFor('there is load', () => load.done > 100)
    await cluster.killAll()
    const before = load.done
    await waitFor('everybody is served without the cluster', () => load.done > before + 20 * USERS)

    const refused = await Promise.all(users.map((user, index) => user.browser.increment(homeOf(index), 'count')))
    expect(refused.map(({ status }) => status)).toEqual(users.map(() => 503))
    const begun = stage.browser()
    expect((await begun.set(workers[0], 'begun', true)).status).toBe(204)
    const { id, isNew } = await begun.session(workers[0])
    expect(isNew).toBe(false)
    const leaversCookies = await leaver.browser.cookies(workers[0])
    const out = await leaver.browser.logout(workers[0])
    expect(out.status).toBe(503)
    expect(String(out.headers['set-cookie'])).toMatch(/Expires=Thu, 01 Jan 1970|Max-Age=0/)

    await cluster.start()
    const started = performance.now()
    await waitFor(
      'there is a cluster',
      async () => (await users[0]!.browser.increment(homeOf(0), 'count')).status === 200,
    )
    const returned = Math.round(performance.now() - started)
    load.isOver = true
    await Promise.all(running)

    for (const [index, user] of users.entries()) expect(await user.contradictions(homeOf(index))).toEqual([])
    // At the other worker, which has only the cluster to ask.
    for (const [index, user] of users.entries()) {
      await waitFor('the session is in the cluster', async () => {
        return (await user.contradictions(homeOf(index + 1))).length === 0
      })
    }
    expect(await idle.contradictions(workers[0])).toEqual([])
    expect(await begun.session(workers[1])).toMatchObject({ id, attributes: { begun: true } })
    const again = stage.browser()
    await again.adopt(workers[1], leaversCookies)
    expect((await again.session(workers[1])).id).toBeNull()
    measured(`${load.done} changes, ${load.refused} refused, service ${returned} ms after the members were back`)
  })
})

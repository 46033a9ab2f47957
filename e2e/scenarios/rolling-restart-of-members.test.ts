import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { LifeGoesOn } from '../acts/life-goes-on.ts'
import { longest, statusCounts } from '../harness/answer.ts'
import type { SeenSession } from '../harness/browser.ts'
import { BUDGET, LONGEST_WRITE } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { Load, isServed } from '../harness/load.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import { measured } from '../harness/measured.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { NOT_STICKY, STICKY, STORE_SETUPS } from '../harness/setups.ts'
import type { Setup } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

const MAPS = { session_replication: {}, stock: { stock: true } } as const
/** Ms of life before the first member goes, and after the second one is back. */
const CALM = 1000

describe.skipIf(!canStartMembers)('while members are restarted in order, one after the other, under load', () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  beforeAll(async () => {
    members = await stage.members({ size: 2, maps: MAPS })
  })

  test('nothing that was acknowledged is lost, and every end is told of once, on either map', async () => {
    const lives = await Promise.all(
      Object.keys(MAPS).map(async (mapName) => {
        const options = { mapName, touchAfter: 0, cleanUpPeriod: 2, operationTimeout: BUDGET }
        return LifeGoesOn.begin([await stage.manager(members, options), await stage.manager(members, options)])
      }),
    )
    await pause(CALM)
    await members.restart(0)
    await members.restart(1)
    await pause(CALM)
    const problems: string[] = []
    for (const life of lives) problems.push(...(await life.end()))
    expect(problems).toEqual([])
  })
})

const USERS = 6
/** Users who log out meanwhile, one after the other, and ms between two of them. */
const LEAVERS = 40
const LEAVE_EVERY = 250
/** Ms between two requests of one kind of a user: there are three shops at once. */
const PAUSE = 75

interface Shop {
  readonly setup: Setup
  readonly workers: readonly [Worker, Worker]
  readonly users: readonly User[]
  readonly leavers: readonly User[]
}

/** What members tell of a change they may not have told, or not to everybody: whoever looks sees it all the same. */
describe.skipIf(!canStartMembers)('the shop while members are restarted in order', () => {
  const stage = new Stage()
  let cluster: Cluster
  let shops: Shop[]
  beforeAll(async () => {
    cluster = await stage.cluster()
    shops = await Promise.all([STORE_SETUPS[1]!, STICKY, NOT_STICKY].map(opened))
  })

  async function opened(setup: Setup): Promise<Shop> {
    const workers = await stage.pair(cluster, { ...setup, operationTimeout: BUDGET })
    const logIn = (name: string, at: number): Promise<User> => User.logIn(stage.browser(), workers[at % 2]!, name)
    const users = await Promise.all(Array.from({ length: USERS }, (_, index) => logIn(`user${index}`, index)))
    const leavers = await Promise.all(Array.from({ length: LEAVERS }, (_, index) => logIn(`leaver${index}`, index)))
    return { setup, workers, users, leavers }
  }

  test('keeps every acknowledged write and log-out, at every worker', async () => {
    const restarting = { isOver: false }
    const loads = shops.map(({ users, workers }) => new Load(users, workers, PAUSE).start())
    const leaving = shops.map((shop) => leaveOneByOne(shop, () => restarting.isOver))
    await pause(CALM)
    await cluster.restartAll().finally(() => (restarting.isOver = true))
    const end = performance.now()
    await waitFor('everybody is served', () => loads.every((load) => load.hasServedAll(end, 5)))
    await Promise.all(loads.map((load) => load.stop()))
    const left = await Promise.all(leaving)

    for (const [index, { setup, users, workers }] of shops.entries()) {
      const answers = loads[index]!.events.map(({ answer }) => answer)
      measured(
        `${setup.title}: ${JSON.stringify(statusCounts(answers))}, longest answer ${longest(answers)} ms, ` +
          `${left[index]!.length} log-outs`,
      )
      // A call may fail, but only so that its caller knows that it is not confirmed.
      const failed = loads[index]!.events.filter((event) => !isServed(event))
      expect(failed.filter(({ answer }) => answer.status !== 503)).toEqual([])
      expect(longest(answers)).toBeLessThanOrEqual(LONGEST_WRITE[setup.door])
      expect(left[index]!.length).toBeGreaterThan(0)
      for (const worker of workers) {
        for (const user of users) expect(await user.contradictions(worker)).toEqual([])
        for (const cookies of left[index]!) {
          const thief = stage.browser()
          await thief.adopt(worker, cookies)
          // A copy that the worker has of its own may be served a little longer, when nobody could tell it.
          const seen = await waitFor('the log-out is seen', async () => noSession(await thief.session(worker)))
          expect(seen).toMatchObject({ id: null, attributes: {} })
          thief.close()
        }
      }
    }
  })
})

const noSession = (seen: SeenSession): SeenSession | undefined => (seen.isNew ? seen : undefined)

/**
 * Users log out at the worker that did not serve them last.
 *
 * @returns the cookies of those whose log-out was confirmed
 */
async function leaveOneByOne({ workers, leavers }: Shop, isOver: () => boolean): Promise<string[]> {
  const left: string[] = []
  for (const [index, { browser }] of leavers.entries()) {
    if (isOver()) break
    const cookies = await browser.cookies(workers[0])
    const answer = await browser.logout(workers[(index + 1) % 2]!)
    expect([204, 503]).toContain(answer.status)
    if (answer.status === 204) left.push(cookies)
    await pause(LEAVE_EVERY)
  }
  return left
}

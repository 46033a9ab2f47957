import { beforeAll, describe, expect, test } from 'vitest'
import { statusCounts } from '../harness/answer.ts'
import { Fleet } from '../harness/fleet.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { Load, isServed } from '../harness/load.ts'
import { measured } from '../harness/measured.ts'
import { canRunHAProxy } from '../harness/requirements.ts'
import { STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { Visitors } from '../harness/visitors.ts'
import { waitFor } from '../harness/wait-for.ts'

const USERS = 12
const VISITORS = 3
/** Ms between two requests of one kind of a user. */
const PAUSE = 200
/** Ms that a request of somebody who logs out meanwhile goes on. */
const SLOW = 1500
const ON_EXPRESS = ['w1', 'w2']
const ON_FASTIFY = ['w3', 'w4']

describe.skipIf(!canRunHAProxy)(
  'a shop that moves from Express to Fastify, worker by worker, behind a balancer',
  () => {
    const stage = new Stage()
    let fleet: Fleet
    let users: User[]
    /** Cookies of sessions that were ended by a log-out. */
    const left: string[] = []

    beforeAll(async () => {
      const cluster = await stage.cluster()
      fleet = await Fleet.behind(stage, cluster, [...ON_EXPRESS, ...ON_FASTIFY], (servers) =>
        HAProxy.spawn({ servers, by: 'suffix' }),
      )
      await Promise.all([
        ...ON_EXPRESS.map((name) => fleet.start(name, STICKY)),
        ...ON_FASTIFY.map((name) => fleet.start(name, { ...STICKY, framework: 'fastify' })),
      ])
      await stage.browser().untilServed(fleet.balancer)
      users = await Promise.all(
        Array.from({ length: USERS }, (_, index) => User.logIn(stage.browser(), fleet.balancer, `user${index}`)),
      )
    })

    /** Somebody logs in, begins something slow, and logs out before that is over. */
    async function comeAndGo(name: string): Promise<void> {
      const { balancer } = fleet
      const { browser } = await User.logIn(stage.browser(), balancer, name)
      const cookies = await browser.cookies(balancer)
      const slow = browser.set(balancer, 'late', true, SLOW)
      expect((await browser.logout(balancer)).status).toBe(204)
      expect([204, 409]).toContain((await slow).status)
      left.push(cookies)
    }

    /** Each of these is where a user's session is at home. */
    async function homes(): Promise<Set<string>> {
      const seen = await Promise.all(users.map(({ browser }) => browser.session(fleet.balancer)))
      return new Set(seen.map(({ worker }) => worker))
    }

    test('loses nothing, logs nobody out, and lets nobody come back who has logged out', async () => {
      const atHome = await homes()
      for (const half of [ON_EXPRESS, ON_FASTIFY]) expect(half.some((name) => atHome.has(name))).toBe(true)
      const load = new Load(users, [fleet.balancer], PAUSE).start()
      const visitors = new Visitors(fleet.balancer, VISITORS)
      await comeAndGo('before')
      for (const name of ON_EXPRESS) {
        await Promise.all([
          fleet.restart(name, { ...STICKY, framework: 'fastify' }),
          ...ON_FASTIFY.map((other) => comeAndGo(`${other}, when ${name} went`)),
        ])
      }
      await comeAndGo('after')
      const end = performance.now()
      await waitFor('everybody is served', () => load.hasServedAll(end))
      await Promise.all([load.stop(), visitors.stop()])

      measured(`${JSON.stringify(statusCounts(load.events.map(({ answer }) => answer)))} and ${visitors.visits} visits`)
      expect(load.events.filter((event) => !isServed(event)).map(({ answer }) => answer)).toEqual([])
      expect(visitors.problems).toEqual([])
      expect(visitors.visits).toBeGreaterThan(VISITORS)
      for (const worker of fleet.workers.values()) {
        for (const user of users) expect(await user.contradictions(worker)).toEqual([])
        for (const cookies of left) {
          const keeper = stage.browser()
          await keeper.adopt(worker, cookies)
          expect(await keeper.session(worker)).toMatchObject({ isNew: true, id: null, attributes: {} })
        }
      }
    })
  },
)

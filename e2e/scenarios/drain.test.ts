import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { longest, statusCounts } from '../harness/answer.ts'
import { Apache } from '../harness/apache.ts'
import type { Balancer, BalancerOptions } from '../harness/balancer.ts'
import { Caddy } from '../harness/caddy.ts'
import type { Cluster } from '../harness/cluster.ts'
import { Fleet } from '../harness/fleet.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { Load, isServed } from '../harness/load.ts'
import { measured } from '../harness/measured.ts'
import { Nginx } from '../harness/nginx.ts'
import { canRunApache, canRunCaddy, canRunHAProxy, canRunNginx, canStartMembers } from '../harness/requirements.ts'
import { STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import type { CastOptions } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { Visitors } from '../harness/visitors.ts'
import { waitFor } from '../harness/wait-for.ts'

const USERS = 16
const VISITORS = 4
/** Ms between two requests of one kind of a user. */
const PAUSE = 200
const CALM = 1500
/** Requests of a user that may be under way at once: a read and a write, and one of each visitor. */
const UNDER_WAY = 2 * USERS + VISITORS
const NAMES = ['w1', 'w2', 'w3']

const BY_SUFFIX = { by: 'suffix', env: {}, restarts: ['w2'] } as const
const BY_ROUTE_COOKIE = { by: 'route cookie', env: { HZ_SESSION_ROUTE_COOKIE: 'true' }, restarts: [] } as const
const ANYWHERE = { by: 'nothing', env: { HZ_SESSION_STICKY: 'false' }, restarts: [] } as const
/** It looks at the health of workers in seconds of its own, and twice: 2 to 3 s where it has nothing else to do. */
const SLOW_TO_NOTICE = { SHOP_DRAIN_MS: '12000' }
/**
 * `restarts`: who is restarted once more, after the first one was. `repeatsReads`: whether a read that a worker had begun when it
 * was killed is sent to another one.
 */
const BALANCERS = [
  {
    name: 'HAProxy',
    canRun: canRunHAProxy,
    spawn: (options: BalancerOptions) => HAProxy.spawn(options),
    repeatsReads: true,
    ways: [{ ...BY_SUFFIX, restarts: NAMES }, BY_ROUTE_COOKIE],
  },
  {
    name: 'nginx',
    canRun: canRunNginx,
    spawn: (options: BalancerOptions) => Nginx.spawn(options),
    repeatsReads: true,
    ways: [BY_SUFFIX, BY_ROUTE_COOKIE, ANYWHERE],
  },
  {
    name: 'Apache',
    canRun: canRunApache,
    spawn: (options: BalancerOptions) => Apache.spawn(options),
    repeatsReads: false,
    ways: [
      { ...BY_SUFFIX, env: SLOW_TO_NOTICE, restarts: [] },
      { ...BY_ROUTE_COOKIE, env: { ...BY_ROUTE_COOKIE.env, ...SLOW_TO_NOTICE } },
    ],
  },
  {
    name: 'Caddy',
    canRun: canRunCaddy,
    spawn: (options: BalancerOptions) => Caddy.spawn(options),
    repeatsReads: true,
    ways: [{ ...BY_SUFFIX, restarts: [] }, BY_ROUTE_COOKIE],
  },
] as const

describe.skipIf(!canStartMembers)('behind a load balancer', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(BALANCERS)('that is $name', ({ canRun, spawn, repeatsReads, ways }) => {
    describe.skipIf(!canRun).each<(typeof BALANCERS)[number]['ways'][number]>(ways)(
      'and finds workers by $by',
      ({ by, env, restarts }) => {
        let fleet: Fleet
        let balancer: Balancer
        let users: User[]
        const options: CastOptions = { ...STICKY, env }

        async function expectNothingLost(): Promise<void> {
          for (const user of users) expect(await user.contradictions(balancer)).toEqual([])
        }

        beforeAll(async () => {
          fleet = await Fleet.behind(stage, cluster, NAMES, (servers) => spawn({ servers, by }))
          balancer = fleet.balancer
          await Promise.all(['w1', 'w2'].map((name) => fleet.start(name, options)))
          await stage.browser().untilServed(balancer)
          users = await Promise.all(
            Array.from({ length: USERS }, (_, index) => User.logIn(stage.browser(), balancer, `user${index}`)),
          )
        })

        afterAll(() => fleet.kill())

        test('sessions stay at their workers, of which each has some, or are at home anywhere', async () => {
          const seen = await Promise.all(
            users.map(async ({ browser }) => {
              const answers = []
              for (let turn = 0; turn < 5; turn++) answers.push(await browser.get(balancer, '/api/session'))
              expect(answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([])
              return new Set(answers.map(({ text }) => (JSON.parse(text) as { worker: string }).worker))
            }),
          )
          const isAtHome = ({ size }: ReadonlySet<string>): boolean => size === 1
          expect(seen.every(isAtHome)).toBe(by !== 'nothing')
          expect(new Set(seen.flatMap((names) => [...names]))).toEqual(new Set(['w1', 'w2']))
        })

        test('a worker is stopped, one is added and others are restarted in turn, and no request fails', async () => {
          const load = new Load(users, [balancer], PAUSE).start()
          const visitors = new Visitors(balancer, VISITORS)
          await pause(CALM)
          await fleet.restart('w1', options)
          await fleet.start('w3', options)
          for (const name of restarts) await fleet.restart(name, options)
          const end = performance.now()
          await waitFor('everybody is served', () => load.hasServedAll(end))
          await Promise.all([load.stop(), visitors.stop()])

          const answers = load.events.map(({ answer }) => answer)
          measured(
            `${JSON.stringify(statusCounts(answers))} and ${visitors.visits} visits, longest answer ${longest(answers)} ms, ` +
              `${users.reduce((sum, { browser }) => sum + browser.resent, 0)} requests sent again`,
          )
          expect(load.events.filter((event) => !isServed(event)).map(({ answer }) => answer)).toEqual([])
          expect(visitors.problems).toEqual([])
          expect(visitors.visits).toBeGreaterThan(VISITORS)
          await expectNothingLost()
        })

        test('kill -9 of a worker costs the requests it had in hand at most, and logs nobody out', async () => {
          const load = new Load(users, [balancer], PAUSE).start()
          await pause(CALM)
          const killed = performance.now()
          await fleet.workers.get('w2')!.kill()
          await waitFor('everybody is served again', () => load.hasServedAll(killed, 5))
          await load.stop()
          const failed = load.events.filter((event) => !isServed(event))
          const reads = failed.filter(({ kind }) => kind === 'read')
          measured(
            `${JSON.stringify(statusCounts(load.events.map(({ answer }) => answer)))}, failed reads ${reads.length}, ` +
              `longest answer ${longest(load.events.map(({ answer }) => answer))} ms`,
          )
          expect(repeatsReads ? reads : []).toEqual([])
          // Where nothing is repeated a connection that breaks takes along what was about to be sent over it.
          expect(failed.length).toBeLessThanOrEqual(repeatsReads ? UNDER_WAY : 2 * UNDER_WAY)
          await expectNothingLost()
          await fleet.start('w2', options)
          for (const worker of fleet.workers.values()) expect(worker.output).not.toContain('WORKER_NAME_TAKEN')
        })
      },
    )
  })
})

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { longest, statusCounts } from '../harness/answer.ts'
import type { Balancer, BalancerOptions, Server } from '../harness/balancer.ts'
import type { Cluster } from '../harness/cluster.ts'
import { freePort } from '../harness/free-port.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { Load, isServed } from '../harness/load.ts'
import { measured } from '../harness/measured.ts'
import { Nginx } from '../harness/nginx.ts'
import { canRunHAProxy, canRunNginx, canStartMembers } from '../harness/requirements.ts'
import { STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { Visitors } from '../harness/visitors.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

const USERS = 16
const VISITORS = 4
/** Ms between two requests of one kind of a user. */
const PAUSE = 200
const CALM = 1500
/** Ms from SIGTERM to the end of the server: three times what HAProxy needs to notice, which looks every second, and twice. */
const DRAIN = 4000
/** Requests of a user that may be under way at once: a read and a write, and one of each visitor. */
const UNDER_WAY = 2 * USERS + VISITORS
const NAMES = ['w1', 'w2', 'w3']

const BY_SUFFIX = { by: 'suffix', env: {}, restarts: ['w2'] } as const
const BY_ROUTE_COOKIE = { by: 'route cookie', env: { HZ_SESSION_ROUTE_COOKIE: 'true' }, restarts: [] } as const
const ANYWHERE = { by: 'nothing', env: { HZ_SESSION_STICKY: 'false' }, restarts: [] } as const
/** `restarts`: who is restarted once more, after the first one was. */
const BALANCERS = [
  {
    name: 'HAProxy',
    canRun: canRunHAProxy,
    spawn: (options: BalancerOptions) => HAProxy.spawn(options),
    ways: [{ ...BY_SUFFIX, restarts: NAMES }, BY_ROUTE_COOKIE],
  },
  {
    name: 'nginx',
    canRun: canRunNginx,
    spawn: (options: BalancerOptions) => Nginx.spawn(options),
    ways: [BY_SUFFIX, BY_ROUTE_COOKIE, ANYWHERE],
  },
] as const

describe.skipIf(!canStartMembers)('behind a load balancer', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(BALANCERS)('that is $name', ({ canRun, spawn, ways }) => {
    describe.skipIf(!canRun).each<(typeof BALANCERS)[number]['ways'][number]>(ways)(
      'and finds workers by $by',
      ({ by, env, restarts }) => {
        let servers: Server[]
        let balancer: Balancer
        let users: User[]
        const workers = new Map<string, Worker>()

        async function start(name: string): Promise<void> {
          const { port } = servers.find((server) => server.name === name)!
          const further = { ...env, PORT: String(port), SHOP_DRAIN_MS: String(DRAIN) }
          workers.set(name, await stage.worker(cluster, { ...STICKY, name, env: further }))
          await balancer.welcome(name)
        }

        /** The balancer knows before the worker goes, and the process ends by itself. */
        async function restart(name: string): Promise<void> {
          const worker = workers.get(name)!
          await balancer.retire(name, () => worker.terminate())
          expect(worker.isRunning).toBe(true)
          expect(await worker.exited).toEqual({ code: 0, signal: null })
          await start(name)
        }

        async function expectNothingLost(): Promise<void> {
          for (const user of users) expect(await user.contradictions(balancer)).toEqual([])
        }

        beforeAll(async () => {
          servers = await Promise.all(NAMES.map(async (name) => ({ name, port: await freePort() })))
          balancer = await stage.balancer(spawn({ servers, by }))
          await Promise.all(['w1', 'w2'].map(start))
          await stage.browser().untilServed(balancer)
          users = await Promise.all(
            Array.from({ length: USERS }, (_, index) => User.logIn(stage.browser(), balancer, `user${index}`)),
          )
        })

        // The next ones have their names.
        afterAll(() => Promise.all([...workers.values()].map((worker) => worker.kill())))

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
          await restart('w1')
          await start('w3')
          for (const name of restarts) await restart(name)
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
          await workers.get('w2')!.kill()
          await waitFor('everybody is served again', () => load.hasServedAll(killed, 5))
          await load.stop()
          const failed = load.events.filter((event) => !isServed(event))
          const reads = failed.filter(({ kind }) => kind === 'read')
          measured(
            `${JSON.stringify(statusCounts(load.events.map(({ answer }) => answer)))}, failed reads ${reads.length}, ` +
              `longest answer ${longest(load.events.map(({ answer }) => answer))} ms`,
          )
          expect(reads).toEqual([])
          expect(failed.length).toBeLessThanOrEqual(UNDER_WAY)
          await expectNothingLost()
          await start('w2')
          for (const worker of workers.values()) expect(worker.output).not.toContain('WORKER_NAME_TAKEN')
        })
      },
    )
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '../harness/calls-of.ts'
import type { Cluster } from '../harness/cluster.ts'
import { FORGED, NO_HTTP, SIGNED, SUFFIXES } from '../harness/hostile-cookies.ts'
import type { HostileCookie } from '../harness/hostile-cookies.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { RequestCounts } from '../harness/request-kinds.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { NOT_STICKY, STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { signed } from '../harness/signed.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

/** A cookie of a new session, with the name of its worker where it is bound to one. The library has ids of its own kind. */
const FRESH = /^ shop\.sid=s%3A(?<id>[\w-]{32,34})(?:\.(?<worker>\w+))?\.[\w%]{43,}; Path=\/; HttpOnly$/
const NOBODY = { isNew: true, id: null, attributes: {} }

describe.skipIf(!canStartMembers)('cookies', () => {
  const stage = new Stage()
  let cluster: Cluster
  let workers: [Worker, Worker]
  let unbound: [Worker, Worker]
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true })
    workers = await stage.pair(cluster, STICKY)
    unbound = await stage.pair(cluster, NOT_STICKY)
  })

  describe('of a session that arrives at another worker', () => {
    test('name that one from then on, for one get and no write', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'ann')
      expect(await user.browser.cookies(workers[0])).toContain(`shop.sid=s%3A${user.id}.${workers[0].name}.`)
      for (const worker of workers.toReversed()) {
        const { calls, result } = await callsOf(cluster, () => user.browser.get(worker, '/api/session'))
        expect(calls).toEqual({ get: 1 })
        expect(result.headers['set-cookie']).toHaveLength(1)
        expect(await user.browser.cookies(worker)).toContain(`shop.sid=s%3A${user.id}.${worker.name}.`)
        expect(await user.contradictions(worker)).toEqual([])
        const again = await user.browser.get(worker, '/api/session')
        expect(again.headers['set-cookie']).toBeUndefined()
      }
    })

    test('stay as they are where the worker has a cookie of its own, which alone changes', async () => {
      const routed = await stage.pair(cluster, { ...STICKY, env: { HZ_SESSION_ROUTE_COOKIE: 'true' } })
      const user = await User.logIn(stage.browser(), routed[0], 'ben')
      for (const worker of routed.toReversed()) {
        const { calls, result } = await callsOf(cluster, () => user.browser.get(worker, '/api/session'))
        expect(calls).toEqual({ get: 1 })
        expect(result.headers['set-cookie']).toEqual([`hzroute=${worker.name}; Path=/; HttpOnly`])
        expect(await user.contradictions(worker)).toEqual([])
      }
      expect(await user.browser.cookies(routed[0])).toContain(`shop.sid=s%3A${user.id}.`)
    })
  })

  describe('of a session that is not bound', () => {
    test('are the same at every worker, for one get and no write', async () => {
      const user = await User.logIn(stage.browser(), unbound[0], 'ann')
      expect(await user.browser.cookies(unbound[0])).toBe(`shop.sid=${signed(user.id)}`)
      for (const worker of unbound.toReversed()) {
        const { calls, result } = await callsOf(cluster, () => user.browser.get(worker, '/api/session'))
        expect(calls).toEqual({ get: 1 })
        expect(result.headers['set-cookie']).toBeUndefined()
        expect(await user.contradictions(worker)).toEqual([])
      }
    })
  })

  describe.each([STICKY, NOT_STICKY, STORE_SETUPS[0]!])('as attackers send them: $title', (setup) => {
    let worker: Worker
    beforeAll(async () => {
      const known = setup === STICKY ? workers : setup === NOT_STICKY ? unbound : await stage.pair(cluster, setup)
      worker = known[0]
    })

    /** Reading shows nothing, and the first write begins a session of an id of our own. */
    async function expectNobody({ header }: HostileCookie): Promise<{ read: RequestCounts; write: RequestCounts }> {
      const read = await callsOf(cluster, () => rawRequest(worker, header))
      expect(read.result).toMatchObject({ status: 200, setCookie: [] })
      expect(JSON.parse(read.result.body)).toMatchObject(NOBODY)
      const write = await callsOf(cluster, () => rawRequest(worker, header, 'book'))
      expect(write.result).toMatchObject({ status: 204, setCookie: [expect.stringMatching(FRESH)] })
      const fresh = FRESH.exec(write.result.setCookie[0]!)?.groups
      expect(header).not.toContain(fresh?.['id'])
      expect(fresh?.['worker']).toBe(setup === STICKY ? worker.name : undefined)
      return { read: read.calls, write: write.calls }
    }

    test.each(FORGED)('forged, they cost no call and open no session: $what', async (cookie) => {
      expect(await expectNobody(cookie)).toEqual({ read: {}, write: { putIfAbsent: 1 } })
    })

    test.each(SIGNED)('signed, they are no session either, and none is made of them: $what', async (cookie) => {
      const { read, write } = await expectNobody(cookie)
      expect({ ...read, get: 0 }).toEqual({ get: 0 })
      expect({ ...write, get: 0 }).toEqual({ get: 0, putIfAbsent: 1 })
    })

    test.each(NO_HTTP)('are refused where they are no HTTP: $what', async ({ header }) => {
      for (const body of [undefined, 'book']) {
        const { calls, result } = await callsOf(cluster, () => rawRequest(worker, header, body))
        expect([400, 431]).toContain(result.status)
        expect(calls).toEqual({})
      }
    })

    test('leave no trace in a worker', async () => {
      const count = await stage.browser().increment(worker, 'polluted')
      expect(JSON.parse(count.text)).toEqual({ value: 1 })
    })
  })

  describe('as attackers change their own', () => {
    test.each(SUFFIXES)('with another worker behind the id, they lead nowhere else: %j', async (suffix) => {
      const user = await User.logIn(stage.browser(), workers[0], 'cem')
      const header = `shop.sid=${signed(`${user.id}.${suffix}`)}`
      const { status, body, setCookie } = await rawRequest(workers[1], header)
      expect(status).toBe(200)
      expect(JSON.parse(body)).toMatchObject({ id: user.id, attributes: { user: 'cem' } })
      // Of the name it came with nothing is repeated.
      const expected = ` shop.sid=${signed(`${user.id}.${workers[1].name}`)}; Path=/; HttpOnly`
      expect(setCookie).toEqual([expected])
    })

    test('twice, count as the first that is signed', async () => {
      const ann = await User.logIn(stage.browser(), workers[0], 'ann')
      const ben = await User.logIn(stage.browser(), workers[0], 'ben')
      const [anns, bens] = [await ann.browser.cookies(workers[0]), await ben.browser.cookies(workers[0])]
      for (const [header, name] of [
        [`${FORGED[1]!.header}; ${anns}; ${bens}`, 'ann'],
        [`${bens}; ${anns}; ${FORGED[1]!.header}`, 'ben'],
      ] as const) {
        const { body } = await rawRequest(workers[0], header)
        expect(JSON.parse(body)).toMatchObject({ attributes: { user: name } })
      }
    })
  })
})

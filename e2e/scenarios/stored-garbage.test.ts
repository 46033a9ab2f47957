import hazelcast from 'hazelcast-client'
import type { Client, IMap } from 'hazelcast-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAPS } from '../harness/cluster.ts'
import type { Cluster } from '../harness/cluster.ts'
import { JSON_GARBAGE, OTHER_VALUES, UNREADABLE_ATTRIBUTES } from '../harness/garbage.ts'
import type { Garbage } from '../harness/garbage.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY, STORE_SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

/** What is put in a session's place behind everybody's back is seen by who asks. */
const UNCOPIED = { HZ_SESSION_STALE_PERIOD: '0' }

describe.skipIf(!canStartMembers)('what is no session', () => {
  const stage = new Stage()
  let cluster: Cluster
  let client: Client
  beforeAll(async () => {
    cluster = await stage.cluster()
    client = await cluster.connect()
  })
  afterAll(() => client?.shutdown())

  describe.each([...STORE_SETUPS, STICKY])('$title', (setup) => {
    let workers: [Worker, Worker]
    let stored: IMap<string, unknown>
    beforeAll(async () => {
      workers = await stage.pair(cluster, { ...setup, env: UNCOPIED })
      stored = await client.getMap(MAPS[setup.map])
    })

    // The members themselves refuse in an indexed map what is not JSON.
    const all: readonly Garbage[] = setup.map === 'stock' ? [...JSON_GARBAGE, ...OTHER_VALUES] : JSON_GARBAGE

    test.each(all)('is never served, changed or removed: $what', async ({ value }) => {
      const user = await User.logIn(stage.browser(), workers[0], 'ann')
      await stored.set(user.id, value(hazelcast))
      for (const worker of workers) {
        expect(await user.browser.session(worker)).toMatchObject({ isNew: true, id: null, attributes: {} })
        const answer = await user.browser.get(worker, '/')
        expect(answer.status).toBe(200)
      }
      // The user goes on with a new session under another id.
      const write = await user.browser.set(workers[1], 'item', 'book')
      expect(write.status).toBe(204)
      const begun = await user.browser.session(workers[0])
      expect(begun).toMatchObject({ isNew: false, attributes: { item: 'book' } })
      expect(begun.id).not.toBe(user.id)
      // `Object.prototype` of the workers is as it was.
      for (const [index, worker] of workers.entries()) {
        const count = await user.browser.increment(worker, 'polluted')
        expect(JSON.parse(count.text)).toEqual({ value: index + 1 })
      }
      // True only while the bytes are the same.
      expect(await stored.replaceIfSame(user.id, value(hazelcast), value(hazelcast))).toBe(true)
    })

    test(`does not keep its user out: ${UNREADABLE_ATTRIBUTES.what}`, async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'ann')
      await stored.set(user.id, UNREADABLE_ATTRIBUTES.value(hazelcast))
      const seen = await user.browser.get(workers[0], '/api/session')
      // The store reads everything at once, and finds no session. The middleware has begun to show one when it is asked
      // for the attribute that it cannot read: an error, since to go on without it might be to go on without a check.
      expect(seen.status).toBe(setup.door === 'store' ? 200 : 500)
      const login = await user.browser.login(workers[1], 'ann')
      expect(login.status).toBe(204)
      expect(await user.browser.session(workers[0])).toMatchObject({ isNew: false, attributes: { user: 'ann' } })
    })

    test('does not keep its user from logging in', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'ben')
      await stored.set(user.id, new hazelcast.HazelcastJsonValue('"garbage"'))
      const login = await user.browser.login(workers[0], 'ben')
      expect(login.status).toBe(204)
      expect(await user.browser.session(workers[1])).toMatchObject({ isNew: false, attributes: { user: 'ben' } })
    })

    test('does not hide names that JavaScript has plans for in a session that is one', async () => {
      const user = await User.logIn(stage.browser(), workers[0], 'cem')
      const record = JSON.parse(String(await stored.get(user.id))) as { attributes: Record<string, string> }
      const text = JSON.stringify(record).replace(
        '"attributes":{',
        '"attributes":{"__proto__":"{\\"polluted\\":41}","constructor":"{\\"polluted\\":41}","toString":"1","cookie":"1","req":"1","save":"1",',
      )
      await stored.set(user.id, new hazelcast.HazelcastJsonValue(text))
      for (const worker of workers) {
        const seen = await user.browser.session(worker)
        expect(seen).toMatchObject({ id: user.id, attributes: { user: 'cem' } })
      }
      const count = await user.browser.increment(workers[0], 'polluted')
      expect(JSON.parse(count.text)).toEqual({ value: 1 })
    })
  })

  test.each([STORE_SETUPS[0]!, STICKY])('comes from a request as well, and breaks nothing: $title', async (setup) => {
    const [worker] = await stage.pair(cluster, { ...setup, env: UNCOPIED })
    const user = await User.logIn(stage.browser(), worker, 'dan')
    // Not deeper: express-session stringifies a session where nobody catches, and a stack overflow there ends the process.
    const deep = '['.repeat(1000) + ']'.repeat(1000)
    const raw = { __proto__x: 1, constructor: { prototype: { polluted: 41 } } }
    for (const name of ['constructor', 'prototype', 'hasOwnProperty', 'toString', 'toJSON']) {
      const answer = await user.browser.set(worker, name, raw)
      expect(answer.status).toBeGreaterThan(0)
    }
    await user.browser.fetchText(worker, 'PUT', '/api/attributes/deep', deep)
    await user.browser.fetchText(worker, 'PUT', '/api/attributes/own', '{"__proto__":{"polluted":41}}')
    const other = await User.logIn(stage.browser(), worker, 'eve')
    const count = await other.browser.increment(worker, 'polluted')
    expect(JSON.parse(count.text)).toEqual({ value: 1 })
    expect(worker.isRunning).toBe(true)
  })
})

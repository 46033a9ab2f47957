import type { SessionManager } from '@hazelcast-session/core'
import type { Client } from 'hazelcast-client'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ListeningWorker } from '../harness/listening-worker.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'

/** A map for each story, since a sweep is one map's. */
const MAPS = {
  sweeping_killed: {},
  another_killed: {},
  races: {},
  one_listens: {},
  one_listens_stock: { stock: true },
} as const
const SESSIONS = 500
const WORKERS = [167, 167, 166]
/** Sessions that a sweep has claimed and not told of yet, at most. */
const CLAIMED = 4
/** Ms that a listener takes, so that a sweep can be interrupted. */
const SLOW = 5
const ENV = {
  HZ_SESSION_MAX_INACTIVE_INTERVAL: '4',
  HZ_SESSION_TOUCH_AFTER: '0',
  HZ_SESSION_CLEAN_UP_PERIOD: '2',
}
const OPTIONS = { maxInactiveInterval: 1, touchAfter: 0, cleanUpPeriod: 1 }

interface Told {
  readonly by: number
  readonly id: string
  readonly reason: string
}

describe.skipIf(!canStartMembers)('`destroyed`', { concurrent: true }, () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  let client: Client
  beforeAll(async () => {
    members = await stage.members({ maps: MAPS })
    client = await stage.client(members)
  })

  /** Three processes that listen, and 500 sessions that they began and nobody uses any more. */
  async function workersWithSessions(mapName: string): Promise<ListeningWorker[]> {
    const env = { ...ENV, HZ_SESSION_MAP_NAME: mapName }
    const workers = WORKERS.map((begin) => stage.worker(members, { begin, slow: SLOW, env }))
    await Promise.all(workers.map((worker) => worker.ready()))
    expect(workers.flatMap(({ begun }) => begun)).toHaveLength(SESSIONS)
    return workers
  }

  /** The worker that is in the middle of a sweep: just now it was told of more than before. */
  function sweeping(workers: readonly ListeningWorker[]): Promise<ListeningWorker> {
    const before = new Map<ListeningWorker, number>()
    return waitFor('a worker sweeps', () => {
      const busy = workers.find((worker) => worker.destroyed.length > (before.get(worker) ?? 0) + 2)
      for (const worker of workers) before.set(worker, worker.destroyed.length)
      return busy
    })
  }

  function withoutEvent(workers: readonly ListeningWorker[]): string[] {
    const told = new Set(workers.flatMap(({ destroyed }) => destroyed.map(({ destroyed: id }) => id)))
    return workers.flatMap(({ begun }) => begun.map(({ begun: id }) => id)).filter((id) => !told.has(id))
  }

  /** What was told wrongly: twice, of no session of these, without its last attributes, for another reason. */
  function mistold(workers: readonly ListeningWorker[]): string[] {
    const begun = new Map(
      workers.flatMap((worker) => worker.begun.map(({ begun: id, number }) => [id, number] as const)),
    )
    const seen = new Set<string>()
    return workers
      .flatMap(({ destroyed }) => destroyed)
      .flatMap(({ destroyed: id, reason, attributes }) => {
        const isSecond = seen.has(id)
        seen.add(id)
        const isRight =
          reason === 'expired' && attributes['number'] === begun.get(id) && attributes['step'] === 'changed'
        return isRight && !isSecond ? [] : [JSON.stringify({ id, reason, attributes, isSecond })]
      })
  }

  test('comes once for each of 500 sessions, with the last attributes, while a worker that does not sweep is killed', async () => {
    const workers = await workersWithSessions('another_killed')
    const one = await sweeping(workers)
    const victim = workers.find((worker) => worker !== one)!
    await victim.kill()
    await waitFor('every session was told of', () => withoutEvent(workers).length === 0)
    expect(mistold(workers)).toEqual([])
    expect(workers.flatMap(({ destroyed }) => destroyed)).toHaveLength(SESSIONS)
    expect(workers.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  test('comes for none twice while the sweeping worker is killed, and is missing only where that had claimed the session', async ({
    task,
  }) => {
    const workers = await workersWithSessions('sweeping_killed')
    const victim = await sweeping(workers)
    await victim.kill()
    const before = SESSIONS - withoutEvent(workers).length
    // Otherwise the kill came too late to say anything.
    expect(before).toBeLessThan(SESSIONS - CLAIMED)
    const map = await client.getMap<string, unknown>('sweeping_killed')
    // Only a claim makes a marker, and only the dead worker left one behind.
    const missing = await waitFor('every session was told of, or had been claimed', async () => {
      const untold = withoutEvent(workers)
      const stored = await Promise.all(untold.map(async (id) => String(await map.get(id))))
      return stored.every((text) => text.includes('"ended":"expired"')) && withoutEvent(workers)
    })
    process.stdout.write(`measured: ${task.name}: told of ${before} before the kill, missing ${missing.length}\n`)
    expect(mistold(workers)).toEqual([])
    expect(missing.length).toBeLessThanOrEqual(CLAIMED)
  })

  /** Managers of one map that listen, all but those at `deaf`, and what they were told. */
  async function managersOf(mapName: string, deaf: readonly number[] = []): Promise<[SessionManager[], Told[]]> {
    const told: Told[] = []
    const options = { ...OPTIONS, client, mapName }
    const managers = await Promise.all([0, 1, 2].map(() => stage.manager(members, options)))
    for (const [by, manager] of managers.entries()) {
      if (deaf.includes(by)) continue
      manager.on('destroyed', ({ session: { id }, reason }) => told.push({ by, id, reason }))
    }
    return [managers, told]
  }

  test('comes once when two workers log out, or a log-out meets the sweep, and never for an id that changed', async () => {
    const [managers, told] = await managersOf('races')
    const [first, second, third] = managers as [SessionManager, SessionManager, SessionManager]
    const raced: string[] = []
    for (let round = 0; round < 50; round++) {
      const session = first.create({ data: { round } })
      session.maxInactiveInterval = 60
      await session.save()
      const others = await Promise.all([second.load(session.id), third.load(session.id)])
      const ends = [session.end(), ...others.map((other) => other!.end()), third.end(session.id)]
      expect((await Promise.all(ends)).filter(Boolean)).toEqual([true])
      raced.push(session.id)
    }
    const renamed: string[] = []
    for (let round = 0; round < 10; round++) {
      const session = first.create({ data: { round } })
      session.maxInactiveInterval = 60
      await session.save()
      const old = session.id
      await (round % 2 === 0 ? session.signIn('ann') : session.changeId())
      // Who shows the new id completes the change, and that ends the old one.
      await Promise.all([second.open(session.id), third.open(session.id)])
      expect(await second.load(old)).toBeUndefined()
      renamed.push(old)
    }
    const expired = await Promise.all(
      Array.from({ length: 40 }, async (_, number) => {
        const session = first.create({ data: { number } })
        await session.save()
        return session.id
      }),
    )
    await waitFor('a sweep has begun', () => told.some(({ id }) => expired.includes(id)))
    await Promise.all(expired.flatMap((id) => [second.end(id), third.end(id), first.sweep()]))
    await waitFor('all have been told of', () => expired.every((id) => told.some((one) => one.id === id)))
    const ids = told.map(({ id }) => id)
    expect(ids.toSorted()).toEqual([...raced, ...expired].toSorted())
    expect(ids.filter((id) => renamed.includes(id))).toEqual([])
    expect(told.filter(({ id, reason }) => raced.includes(id) && reason !== 'invalidated')).toEqual([])
  })

  test.each(['one_listens', 'one_listens_stock'])(
    'comes for every session that expires where only one of three workers listens, and for the log-outs at that one: %s',
    async (mapName) => {
      const [managers, told] = await managersOf(mapName, [0, 2])
      const ids: string[] = []
      for (const manager of managers) {
        for (let number = 0; number < 20; number++) {
          const session = manager.create({ data: { number } })
          await session.save()
          ids.push(session.id)
        }
      }
      const ended = await Promise.all(
        managers.map(async (manager) => {
          const session = manager.create({ data: { isLoggedIn: true } })
          await session.save()
          await session.end()
          return session.id
        }),
      )
      await waitFor('all that expired were told of', () => ids.every((id) => told.some((one) => one.id === id)))
      expect(told.map(({ by }) => by)).toEqual(told.map(() => 1))
      expect(told.map(({ id }) => id).toSorted()).toEqual([...ids, ended[1]!].toSorted())
    },
  )
})

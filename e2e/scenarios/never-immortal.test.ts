import type { Session, SessionManager } from '@hazelcast-session/core'
import * as fc from 'fast-check'
import hazelcast from 'hazelcast-client'
import type { Client, IMap } from 'hazelcast-client'
import { beforeAll, describe, expect, test } from 'vitest'
import { ManagerStage } from '../harness/manager-stage.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'

const RUNS = 200
const LONGEST = 12

/** What may be done, by which of two workers, to which of a few sessions. */
const STEPS = {
  begin: async ({ manager, sessions, at }: Turn) => {
    const session = manager.create({ data: { begun: true } })
    await session.save()
    sessions[at] = session.id
  },
  change: (turn: Turn) => withSession(turn, async (session) => change(session, turn.value)),
  update: (turn: Turn) =>
    withSession(turn, (session) => session.update((data) => (data['count'] = Number(data['count'] ?? 0) + 1))),
  touch: (turn: Turn) => withSession(turn, (session) => session.touch()),
  'own interval': (turn: Turn) =>
    withSession(turn, (session) => {
      session.maxInactiveInterval = [0.3, 1, 40, 1e6][turn.value % 4]!
      return session.save()
    }),
  'own cookie': (turn: Turn) =>
    withSession(turn, (session) => {
      session.cookieMaxAge = turn.value
      return session.save()
    }),
  rename: (turn: Turn) =>
    withSession(turn, async (session) => {
      await session.changeId()
      turn.sessions[turn.at] = session.id
    }),
  'log in': (turn: Turn) =>
    withSession(turn, async (session) => {
      await session.signIn(`user ${turn.value}`)
      turn.sessions[turn.at] = session.id
    }),
  'change and log in, and lose the answer': (turn: Turn) =>
    withSession(turn, async (session) => {
      session.data['value'] = turn.value
      await session.signIn(`user ${turn.value}`)
    }),
  show: async ({ manager, id }: Turn) => {
    await manager.open(id)
  },
  'log out': (turn: Turn) => withSession(turn, (session) => session.end()),
  revoke: async ({ manager, id }: Turn) => {
    await manager.end(id, 'revoked')
  },
  sweep: async ({ manager }: Turn) => {
    await manager.sweep()
  },
} as const
type StepName = keyof typeof STEPS

interface Turn {
  readonly manager: SessionManager
  readonly sessions: string[]
  readonly at: number
  readonly id: string
  readonly value: number
}

interface Step {
  readonly name: StepName
  readonly worker: number
  readonly at: number
  readonly value: number
  /** Whether the next step begins without waiting for this one. */
  readonly isHasty: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...(Object.keys(STEPS) as StepName[])),
  worker: fc.nat(1),
  at: fc.nat(1),
  value: fc.nat(7),
  isHasty: fc.boolean(),
})
const settings = fc.record({
  sticky: fc.boolean(),
  maxInactiveInterval: fc.constantFrom(0.5, 1, 30, 1800),
  touchAfter: fc.constantFrom(0, 0.2, undefined),
  absoluteTimeout: fc.constantFrom(undefined, 0.7, 60),
  cleanUpPeriod: fc.constantFrom(0.5, 60),
  endedMarkerMargin: fc.constantFrom(0, 0.4, 600),
})

describe.skipIf(!canStartMembers)(
  'on a stock map, whose entries live for ever by themselves,',
  { concurrent: true },
  () => {
    const stage = new ManagerStage()
    let members: MemberGroup
    let client: Client
    beforeAll(async () => {
      members = await stage.members({ maps: { stock: { stock: true }, killed: { stock: true } } })
      client = await stage.client(members)
    })

    test('no sequence of operations leaves an entry without an end', async () => {
      const map = await client.getMap<string, unknown>('stock')
      let entries = 0
      const property = fc.asyncProperty(
        settings,
        fc.array(step, { minLength: 2, maxLength: LONGEST }),
        async (options, steps) => {
          await map.clear()
          const managers = await Promise.all([
            stage.manager(members, { client, mapName: 'stock', ...options }),
            stage.manager(members, { client, mapName: 'stock', ...options }),
          ])
          managers[0].on('destroyed', () => undefined)
          await play(managers, steps)
          // Waits for the touches under way.
          await Promise.all(managers.map((manager) => manager.close()))
          const found = await immortals(map)
          entries += found.looked
          expect(found.keys).toEqual([])
        },
      )
      await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
      process.stdout.write(`measured: ${RUNS} sequences left ${entries} entries, none of them for ever\n`)
    })

    test('what a worker left for ever because it was killed between two calls is swept and told of', async () => {
      const map = await client.getMap<string, unknown>('killed')
      const options = { client, mapName: 'killed', maxInactiveInterval: 1, touchAfter: 0, endedMarkerMargin: 1 }
      const [writer, deaf] = await Promise.all([
        stage.manager(members, { ...options, cleanUpPeriod: 1 }),
        stage.manager(members, { ...options, cleanUpPeriod: 1 }),
      ])
      const [live, ended] = [writer.create(), deaf.create()]
      await Promise.all([live.save(), ended.save()])
      await ended.end()
      // As a replace leaves them, before their time to live is set; the marker from a while ago.
      const marker: object = JSON.parse(String(await map.get(ended.id)))
      await map.set(ended.id, new hazelcast.HazelcastJsonValue(JSON.stringify({ ...marker, expiresAt: Date.now() })))
      await map.set(live.id, await map.get(live.id))
      // What a worker keeps for itself: the lease of its name, and by what it learns the map's settings.
      const household = ['worker.dead', 'probe.dead'].map((name) => `hazelcast-session.${name}`)
      for (const key of household) {
        const entry = { format: 0, holder: key, expiresAt: Date.now() }
        await map.set(key, new hazelcast.HazelcastJsonValue(JSON.stringify(entry)))
      }
      expect((await immortals(map)).keys.toSorted()).toEqual([live.id, ended.id, ...household].toSorted())
      const told: string[] = []
      writer.on('destroyed', ({ session }) => told.push(session.id))
      await waitFor('the live one is told of', () => told.length > 0)
      expect(told).toEqual([live.id])
      await waitFor('nothing is left of the marker', async () => (await map.get(ended.id)) === null)
      await waitFor('nothing is left for ever', async () => (await immortals(map)).keys.length === 0)
      expect(await Promise.all(household.map((key) => map.get(key)))).toEqual(household.map(() => null))
    })
  },
)

async function play(managers: readonly SessionManager[], steps: readonly Step[]): Promise<void> {
  const sessions: string[] = []
  for (const at of [0, 1]) {
    const session = managers[at]!.create({ data: { at } })
    await session.save()
    sessions.push(session.id)
  }
  const hasty: Promise<void>[] = []
  for (const { name, worker, at, value, isHasty } of steps) {
    const done = perform(STEPS[name], { manager: managers[worker]!, sessions, at, id: sessions[at]!, value })
    if (isHasty) hasty.push(done)
    else await done
  }
  await Promise.all(hasty)
}

/** That a session was ended, or has another id by now, is what may happen. */
async function perform(act: (turn: Turn) => Promise<unknown>, turn: Turn): Promise<void> {
  try {
    await act(turn)
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^SESSION_(ENDED|RENAMED)$/) })
  }
}

async function withSession({ manager, id }: Turn, act: (session: Session) => Promise<unknown>): Promise<void> {
  const session = await manager.load(id)
  if (session) await act(session)
}

async function change(session: Session, value: number): Promise<void> {
  session.data[`name${value % 3}`] = value
  await session.save()
}

/** The keys of entries that the member will never drop. */
async function immortals(map: IMap<string, unknown>): Promise<{ readonly keys: string[]; readonly looked: number }> {
  const keys = await map.keySet()
  const found: string[] = []
  for (const key of keys) {
    const view = await map.getEntryView(key)
    // It may have gone since.
    if (view && !(view.ttl.toNumber() < Number.MAX_SAFE_INTEGER)) found.push(key)
  }
  return { keys: found, looked: [...keys].length }
}

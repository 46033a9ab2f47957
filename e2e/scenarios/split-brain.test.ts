import { setTimeout as pause } from 'node:timers/promises'
import type { Session, SessionManager } from '@hazelcast-session/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { IMPATIENT } from '../harness/impatient-members.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import { measured } from '../harness/measured.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'

const MAPS = { session_replication: {}, stock: { stock: true } } as const
/** Ms for which the other side does not know of a log-out and goes on writing, and between two writes of which one is later. */
const UNAWARE = 5000
const LATER = 2500

type SideName = 'A' | 'B'
const SIDES: readonly SideName[] = ['A', 'B']

/** One half of the cluster, and a worker that reaches no other. */
type Sides = Readonly<Record<SideName, SessionManager>>

/** Sessions by what happens to them while the cluster is divided; the letters say on which side, in which order. */
const STORIES = ['out A', 'out B', 'write A', 'write B', 'write A, B', 'write B, A', 'touch A, out B'] as const
type Story = (typeof STORIES)[number]
type Ids = Readonly<Record<Story | 'new A' | 'new B', string>>

describe.skipIf(!canStartMembers)('when a divided cluster heals', () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  const healed = new Map<keyof typeof MAPS, { readonly ids: Ids; readonly seen: Readonly<Record<string, unknown>> }>()

  beforeAll(async () => {
    members = await stage.members({ size: 2, maps: MAPS, properties: IMPATIENT, dividable: true })
    const maps = Object.keys(MAPS) as (keyof typeof MAPS)[]
    const worlds = await Promise.all(
      maps.map(async (mapName) => {
        const [A, B] = await Promise.all([0, 1].map((index) => managerAt(index, mapName)))
        const sides: Sides = { A: A!, B: B! }
        return { mapName, sides, begun: await beginStories(sides.A) }
      }),
    )
    await members.divide()
    const played = await Promise.all(
      worlds.map(async ({ mapName, sides, begun }) => ({ mapName, sides, ids: await play(sides, begun) })),
    )
    members.heal()
    await members.whole()
    for (const { mapName, sides, ids } of played) healed.set(mapName, { ids, seen: await afterMerge(sides, ids) })
  })

  async function managerAt(index: number, mapName: string): Promise<SessionManager> {
    const client = await stage.client(members, index)
    return stage.manager(members, { client, mapName, maxInactiveInterval: 600, touchAfter: 0 })
  }

  function resultOf(mapName: keyof typeof MAPS): Readonly<Record<string, unknown>> {
    const { seen } = healed.get(mapName) ?? {}
    if (!seen) throw new Error('Nothing was played.')
    measured(JSON.stringify(seen))
    return seen
  }

  test('the configured map keeps every end, every new session and every uncontested write, and of two the later', () => {
    expect(resultOf('session_replication')).toEqual({
      'out A': 'none',
      'out B': 'none',
      'touch A, out B': 'none',
      'new A': 'new on A',
      'new B': 'new on B',
      'write A': 'by A',
      'write B': 'by B',
      'write A, B': 'by B',
      'write B, A': 'by A',
    })
  })

  test('a stock map takes everything of one side, whatever is newer, and keeps new sessions of both', () => {
    const seen = resultOf('stock')
    // What was written or ended on the other side never was.
    const side = seen['write A, B'] === 'by A' ? 'A' : 'B'
    expect(seen).toEqual({
      'out A': side === 'A' ? 'none' : 'by B',
      'out B': side === 'B' ? 'none' : 'by A',
      'touch A, out B': side === 'B' ? 'none' : 'before',
      'new A': 'new on A',
      'new B': 'new on B',
      'write A': side === 'A' ? 'by A' : 'before',
      'write B': side === 'B' ? 'by B' : 'before',
      'write A, B': `by ${side}`,
      'write B, A': `by ${side}`,
    })
  })
})

async function beginStories(manager: SessionManager): Promise<Readonly<Record<Story, string>>> {
  const begun = STORIES.map(async (story) => [story, await begin(manager, 'before')] as const)
  return Object.fromEntries(await Promise.all(begun)) as Record<Story, string>
}

async function begin(manager: SessionManager, value: string): Promise<string> {
  const session = manager.create({ data: { value } })
  await session.save()
  return session.id
}

async function write(sides: Sides, side: SideName, id: string): Promise<void> {
  const session = await loaded(sides[side], id)
  session.data['value'] = `by ${side}`
  await session.save()
}

async function loaded(manager: SessionManager, id: string): Promise<Session> {
  const session = await manager.load(id)
  if (!session) throw new Error('A session is not there although nobody ended it on this side.')
  return session
}

/** What happens on both sides while they do not see each other. */
async function play(sides: Sides, ids: Readonly<Record<Story, string>>): Promise<Ids> {
  for (const side of SIDES) {
    expect(await sides[side].end(ids[`out ${side}`])).toBe(true)
    await write(sides, side, ids[`write ${side}`])
  }
  await write(sides, 'A', ids['write A, B'])
  await write(sides, 'B', ids['write B, A'])
  await sides.B.end(ids['touch A, out B'])
  const [newA, newB] = await Promise.all(SIDES.map((side) => begin(sides[side], `new on ${side}`)))
  await pause(LATER)
  await write(sides, 'B', ids['write A, B'])
  await write(sides, 'A', ids['write B, A'])
  await pause(UNAWARE - LATER)
  await write(sides, 'B', ids['out A'])
  await write(sides, 'A', ids['out B'])
  await (await loaded(sides.A, ids['touch A, out B'])).touch()
  return { ...ids, 'new A': newA!, 'new B': newB! }
}

/** What became of each session, as both sides' workers agree on it. */
async function afterMerge(sides: Sides, ids: Ids): Promise<Readonly<Record<string, unknown>>> {
  const seenBy = async (side: SideName): Promise<Readonly<Record<string, unknown>>> => {
    const entries = Object.entries(ids).map(async ([story, id]) => {
      const session = await sides[side].load(id)
      return [story, session ? session.data['value'] : 'none'] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  let last = ''
  return waitFor('the halves are merged', async () => {
    const [A, B] = await Promise.all(SIDES.map((side) => seenBy(side)))
    const isMerged = A!['new B'] === 'new on B' && B!['new A'] === 'new on A'
    // Twice the same, a second apart: entries are merged one by one.
    const text = JSON.stringify([A, B])
    const isSettled = isMerged && text === last && JSON.stringify(A) === JSON.stringify(B)
    last = text
    await pause(1000)
    return isSettled && A
  })
}

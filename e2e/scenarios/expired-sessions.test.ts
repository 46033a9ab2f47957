import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SessionManager } from '@hazelcast-session/core'
import type { Client } from 'hazelcast-client'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../harness/browser.ts'
import { brokenBounds, servedFor, spanOf } from '../harness/lifetime.ts'
import type { Served } from '../harness/lifetime.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'
import { Worker } from '../harness/worker.ts'

const REMEMBER_ME_SHOP = fileURLToPath(new URL('../harness/programs/remember-me-shop.mjs', import.meta.url))

/** The map's own time to live: longer than a session lives, absent, and shorter. */
const MAPS = {
  session_replication: {},
  stock: { stock: true },
  short: { timeToLiveSeconds: 3 },
} as const
const SETUPS = Object.keys(MAPS).flatMap((mapName) => [true, false].map((sticky) => ({ mapName, sticky })))
type Setup = (typeof SETUPS)[number]

const INTERVAL = 3
const TOUCH_AFTER = 1
const PERIOD = 2
const OPTIONS = { maxInactiveInterval: INTERVAL, touchAfter: TOUCH_AFTER, cleanUpPeriod: PERIOD }
/** Of a sweep: it is late on purpose, so long after the record says it is over, and begins within a tenth of the period. */
const SWEEP_LATENESS = 5
const JITTER = 1.1
/** Seconds that the sweep itself and those before it may take on a machine that is slow and busy. */
const MACHINE = 10

describe.skipIf(!canStartMembers)('a session', { concurrent: true }, () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  let client: Client
  beforeAll(async () => {
    members = await stage.members({ maps: MAPS })
    client = await stage.client(members)
  })

  function manager(setup: Setup, options: Parameters<ManagerStage['manager']>[1] = {}): Promise<SessionManager> {
    return stage.manager(members, { client, ...setup, ...OPTIONS, ...options })
  }

  /** Runs the story on every map, sticky and not, at the same time. */
  async function everywhere(story: (setup: Setup) => Promise<readonly string[]>): Promise<string[]> {
    const found = await Promise.all(
      SETUPS.map(async (setup) => (await story(setup)).map((problem) => `${JSON.stringify(setup)}: ${problem}`)),
    )
    return found.flat()
  }

  /** How long `id` is served by `reader` after `act` used it. */
  async function lifeAfter(act: () => Promise<unknown>, reader: SessionManager, id: string): Promise<Served> {
    return servedFor(await spanOf(act), async () => (await reader.load(id)) !== undefined)
  }

  test('ends within its bounds, and is told of once it has', async ({ task }) => {
    const lives: Served[] = []
    const told: number[] = []
    // Whichever manager of a map sweeps hears of it.
    const ends = new Map<string, { readonly at: number; readonly told: unknown }[]>()
    const problems = await everywhere(async (setup) => {
      const [writer, reader] = await Promise.all([manager(setup), manager(setup)])
      const session = writer.create({ data: { item: 'book' } })
      for (const listening of [writer, reader]) {
        listening.on('destroyed', ({ session: { id, attributes }, reason }) => {
          ends.set(id, [...(ends.get(id) ?? []), { at: performance.now(), told: { reason, ...attributes } }])
        })
      }
      await session.save()
      const life = await lifeAfter(() => use(reader, session.id), reader, session.id)
      const lastUse = performance.now() - life.atMost
      await waitFor('the session was told of', () => ends.has(session.id))
      const heard = ends.get(session.id) ?? []
      const late = (heard[0]!.at - lastUse) / 1000
      lives.push(life)
      told.push(late)
      // The record's own end: 2 s after the interval and what a touch may lag.
      const latest = INTERVAL + TOUCH_AFTER + 2 + SWEEP_LATENESS + PERIOD * JITTER
      expect(heard.map((end) => end.told)).toEqual([{ reason: 'expired', item: 'book' }])
      return [
        ...brokenBounds(life, INTERVAL, TOUCH_AFTER),
        ...(late < life.atLeast / 1000 ? [`told of after ${late} s, while it was served`] : []),
        ...(late > latest + MACHINE ? [`told of after ${late} s`] : []),
      ]
    })
    measured(
      task.name,
      `served for ${range(lives.map(({ atMost }) => atMost / 1000))} s, told of after ${range(told)} s`,
    )
    expect(problems).toEqual([])
  })

  test('ends within its bounds where the clocks of two workers are 2 s apart, whichever is ahead', async ({ task }) => {
    const lives: Served[] = []
    const problems = await everywhere(async (setup) => {
      const [ahead, behind] = await Promise.all([manager(setup, { ahead: 1000 }), manager(setup, { ahead: -1000 })])
      const stories = [
        { writer: ahead, reader: behind },
        { writer: behind, reader: ahead },
      ].map(async ({ writer, reader }) => {
        const session = writer.create({ data: { item: 'book' } })
        const life = await lifeAfter(() => session.save(), reader, session.id)
        lives.push(life)
        return brokenBounds(life, INTERVAL, TOUCH_AFTER)
      })
      return (await Promise.all(stories)).flat()
    })
    measured(task.name, `served for ${range(lives.map(({ atMost }) => atMost / 1000))} s`)
    expect(problems).toEqual([])
  })

  test.each([1.5, 8])('ends within the bounds of its own interval of %s s', async (interval) => {
    const problems = await everywhere(async (setup) => {
      const [writer, reader] = await Promise.all([manager(setup), manager(setup)])
      const session = writer.create({ data: { item: 'book' } })
      session.maxInactiveInterval = interval
      const life = await lifeAfter(() => session.save(), reader, session.id)
      return brokenBounds(life, interval, TOUCH_AFTER)
    })
    expect(problems).toEqual([])
  })

  test('keeps the interval of its own that came later, in whichever direction', async () => {
    const problems = await everywhere(async (setup) => {
      const [writer, reader] = await Promise.all([manager(setup), manager(setup)])
      const stories = [
        { first: 60, later: 2 },
        { first: 2, later: 7 },
      ].map(async ({ first, later }) => {
        const session = writer.create({ data: { item: 'book' } })
        session.maxInactiveInterval = first
        await session.save()
        const seen = await reader.load(session.id)
        if (!seen) return ['not stored']
        seen.maxInactiveInterval = later
        return brokenBounds(await lifeAfter(() => seen.save(), writer, session.id), later, TOUCH_AFTER)
      })
      return (await Promise.all(stories)).flat()
    })
    expect(problems).toEqual([])
  })

  test('ends at its absolute limit although it is used all the time', async () => {
    const limit = 6
    const problems = await everywhere(async (setup) => {
      const [writer, reader] = await Promise.all([
        manager(setup, { absoluteTimeout: limit }),
        manager(setup, { absoluteTimeout: limit }),
      ])
      const ids: string[] = []
      const begun = await spanOf(async () => {
        const session = writer.create({ data: { item: 'book' } })
        ids.push(session.id)
        await session.save()
      })
      const life = await servedFor(begun, async () => use(reader, ids[0]!))
      // The limit is the clock's; nothing is added to it.
      return brokenBounds(life, limit, -5)
    })
    expect(problems).toEqual([])
  })

  test('lives by reads alone, and then ends within its bounds', async () => {
    const problems = await everywhere(async (setup) => {
      const managers = await Promise.all([manager(setup), manager(setup)])
      const session = managers[0].create({ data: { item: 'book' } })
      const missed: string[] = []
      let last = await spanOf(() => session.save())
      const until = performance.now() + 11_000
      for (let turn = 0; performance.now() < until; turn++) {
        await pause(400)
        last = await spanOf(async () => {
          if (!(await use(managers[turn % 2]!, session.id))) missed.push(`gone at read ${turn}`)
        })
      }
      const life = await servedFor(last, async () => (await managers[0].load(session.id)) !== undefined)
      return [...missed, ...brokenBounds(life, INTERVAL, TOUCH_AFTER)]
    })
    expect(problems).toEqual([])
  })

  test('is remembered as long as its cookie says, also after changes of who knows nothing of that', async () => {
    const problems = await everywhere(async (setup) => {
      const [writer, reader] = await Promise.all([manager(setup), manager(setup)])
      const session = writer.create({ data: { user: 'ann' } })
      session.cookieMaxAge = 7
      session.maxInactiveInterval = 7
      await session.save()
      const seen = await reader.load(session.id)
      if (!seen) return ['not stored']
      seen.data['item'] = 'book'
      const changed = await spanOf(() => seen.save())
      const life = await servedFor(changed, async () => (await writer.load(session.id))?.cookieMaxAge === 7)
      return brokenBounds(life, 7, TOUCH_AFTER)
    })
    expect(problems).toEqual([])
  })

  test('lives in the shop while its user reads, is gone soon after he stops, and is remembered where he asked for it', async () => {
    const env = {
      HZ_SESSION_MAX_INACTIVE_INTERVAL: `${INTERVAL}`,
      HZ_SESSION_TOUCH_AFTER: `${TOUCH_AFTER}`,
      HZ_SESSION_CLEAN_UP_PERIOD: `${PERIOD}`,
    }
    const shared = { clusterName: members.name, addresses: members.addresses, mapName: 'session_replication', env }
    const workers = ['w1', 'w2'].map((name) => Worker.spawn({ ...shared, name, program: REMEMBER_ME_SHOP }))
    const browsers = Array.from({ length: 4 }, () => new Browser())
    const [idle, left, reading, remembered] = browsers as [Browser, Browser, Browser, Browser]
    try {
      const [w1, w2] = (await Promise.all(workers.map((worker) => worker.listening()))) as [Worker, Worker]
      await Promise.all([w1, w2].map((worker) => idle.untilServed(worker)))
      const begun = await spanOf(async () => {
        for (const browser of [idle, left, reading]) expect((await browser.set(w1, 'item', true)).status).toBe(204)
        const answer = await remembered.fetch(w1, 'PUT', '/api/attributes/item?for=60000')
        expect(answer.headers['set-cookie']?.[0]).toMatch(/Expires=/)
      })
      await pause(INTERVAL * 1000 - 300 - (performance.now() - begun.begin))
      expect(await idle.session(w2)).toMatchObject({ isNew: false, attributes: { item: true } })
      for (let turn = 0; performance.now() < begun.end + (INTERVAL + TOUCH_AFTER + 5) * 1000; turn++) {
        expect(await reading.session(turn % 2 === 0 ? w1 : w2)).toMatchObject({ isNew: false })
        await pause(400)
      }
      expect(await left.session(w2)).toMatchObject({ isNew: true, id: null, attributes: {} })
      expect(await remembered.session(w2)).toMatchObject({ isNew: false, attributes: { item: true } })
      expect(workers.map((worker) => worker.complaint)).toEqual([undefined, undefined])
    } finally {
      for (const browser of browsers) browser.close()
      await Promise.all(workers.map((worker) => worker.kill()))
    }
  })
})

/** A request that changes nothing. Whether there was a session. */
async function use(manager: SessionManager, id: string): Promise<boolean> {
  const session = await manager.load(id)
  await session?.touch()
  return session !== undefined
}

/** Tests here run at the same time, so each says which it is. */
function measured(name: string, figure: string): void {
  process.stdout.write(`measured: ${name}: ${figure}\n`)
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`
}

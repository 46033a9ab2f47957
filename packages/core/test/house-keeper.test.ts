import { describe, expect, test } from 'vitest'
import type { SessionManagerOptions } from '../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../src/records/memory-record-store.ts'
import { SessionManager } from '../src/session-manager.ts'
import { ManualClock } from './saving/manual-clock.ts'

interface Ended {
  readonly worker: string
  readonly id: string
  readonly reason: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Within the time of a test. */
const SWEEPS_NOT_BY_ITSELF = { cleanUpPeriod: 1000 }

/** Workers of one map, and what they heard of ended sessions. */
function workers(names: readonly string[], options: SessionManagerOptions = {}) {
  const clock = new ManualClock()
  const recordStore = new MemoryRecordStore(clock)
  const ended: Ended[] = []
  const managers = names.map((workerName) => {
    const manager = new SessionManager(
      { recordStore, workerName, maxInactiveInterval: 100, touchAfter: 1, ...options },
      { environment: {}, clock },
    )
    return manager.on('destroyed', ({ session, reason }) => {
      ended.push({ worker: workerName, id: session.id, reason, attributes: { ...session.attributes } })
    })
  })
  return { clock, recordStore, ended, managers }
}

async function begin(manager: SessionManager, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const session = manager.create({ data: { index } })
    await session.save()
    ids.push(session.id)
  }
  return ids
}

describe('the house keeper', () => {
  test('tells of every expired session once, on whichever worker sweeps, with its last attributes', async () => {
    const { clock, ended, managers } = workers(['w1', 'w2', 'w3'])
    const ids = await begin(managers[0]!, 150)
    await clock.advance(250_000)
    expect(ended.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect(new Set(ended.map(({ reason }) => reason))).toEqual(new Set(['expired']))
    expect(ended.find(({ id }) => id === ids[7])?.attributes).toEqual({ index: 7 })
  })

  test('takes away what dead workers kept for themselves, and nothing that looks like it', async () => {
    const { clock, recordStore, managers } = workers(['w1'])
    const now = clock.now()
    const [past, later] = [
      { format: 0, expiresAt: now },
      { format: 0, expiresAt: now + 3_600_000 },
    ]
    const entries = {
      'hazelcast-session.worker.dead': past,
      'hazelcast-session.probe.1': past,
      'hazelcast-session.worker.live': later,
      'hazelcast-session.newer': { ...past, format: 2 },
      'somebody.else': past,
    }
    for (const [key, entry] of Object.entries(entries)) {
      await recordStore.create(key, JSON.stringify(entry), { seconds: 1_000_000 })
    }
    await clock.advance(4000)
    await managers[0]!.sweep()
    expect(await recordStore.load('hazelcast-session.worker.dead')).toBeDefined()
    await clock.advance(2000)
    expect(await managers[0]!.sweep()).toBe(0)
    const left = await Promise.all(Object.keys(entries).map(async (key) => (await recordStore.load(key)) && key))
    expect(left.filter(Boolean)).toEqual(Object.keys(entries).slice(2))
  })

  test('takes the entries away', async () => {
    const { clock, recordStore, managers } = workers(['w1'], SWEEPS_NOT_BY_ITSELF)
    const [id = ''] = await begin(managers[0]!, 1)
    await clock.advance(108_500)
    expect(await recordStore.load(id)).toBeDefined()
    expect(await managers[0]!.sweep()).toBe(1)
    expect(await recordStore.load(id)).toBeUndefined()
  })

  test('waits until a worker whose clock is behind has had its say', async () => {
    const { clock, managers } = workers(['w1'], SWEEPS_NOT_BY_ITSELF)
    await begin(managers[0]!, 1)
    // 100 s of idling, 1 s that a touch may lag, 2 s of skew: expired; but 5 s more until the sweep.
    await clock.advance(106_000)
    expect(await managers[0]!.sweep()).toBe(0)
    await clock.advance(2_500)
    expect(await managers[0]!.sweep()).toBe(1)
  })

  test('leaves alone a session that is used meanwhile', async () => {
    const { clock, ended, managers } = workers(['w1', 'w2'])
    const [id = ''] = await begin(managers[0]!, 1)
    for (let round = 0; round < 10; round++) {
      await clock.advance(60_000)
      const session = await managers[1]!.load(id)
      await session?.touch()
    }
    expect(await managers[1]!.load(id)).toBeDefined()
    expect(ended).toEqual([])
  })

  test('sweeps nothing where nobody listens', async () => {
    const clock = new ManualClock()
    const recordStore = new MemoryRecordStore(clock)
    const manager = new SessionManager({ recordStore, maxInactiveInterval: 100 }, { environment: {}, clock })
    await begin(manager, 1)
    await clock.advance(120_000)
    expect(await manager.sweep()).toBe(0)
  })

  test('meets what expired while the lease of a worker that died in its sweep ran out, however often it sweeps', async () => {
    const { clock, recordStore, ended, managers } = workers(['w1'], { cleanUpPeriod: 1 })
    const [id] = await begin(managers[0]!, 1)
    await clock.advance(107_000)
    const lease = { format: 0, holder: 'who died', expiresAt: clock.now() + 30_000 }
    await recordStore.create('hazelcast-session.sweep', JSON.stringify(lease), { seconds: 30 })
    await clock.advance(35_000)
    expect(ended.map((end) => end.id)).toEqual([id])
  })

  test('leaves to workers with listeners what they can tell of, and takes away itself what would stay for ever', async () => {
    const { clock, recordStore, ended, managers } = workers(['w1'], SWEEPS_NOT_BY_ITSELF)
    Object.assign(recordStore, { mayKeepForEver: true })
    const deaf = new SessionManager(
      { recordStore, maxInactiveInterval: 100, touchAfter: 1 },
      { environment: {}, clock },
    )
    const [told = ''] = await begin(managers[0]!, 1)
    await clock.advance(109_000)
    expect(await deaf.sweep()).toBe(0)
    expect(await managers[0]!.sweep()).toBe(1)
    expect(ended.map(({ id }) => id)).toEqual([told])

    await managers[0]!.close()
    const [id = ''] = await begin(deaf, 1)
    // As after a write whose life was never set.
    await recordStore.create('immortal', (await recordStore.load(id)) ?? '', { seconds: 1_000_000 })
    await clock.advance(103_000 + 120_000 + 4000)
    expect(await deaf.sweep()).toBe(0)
    await clock.advance(2000)
    expect(await deaf.sweep()).toBe(1)
    expect(await recordStore.load('immortal')).toBeUndefined()
  })

  test('sweeps nothing that is no session of ours', async () => {
    const { clock, recordStore, managers } = workers(['w1'], SWEEPS_NOT_BY_ITSELF)
    await recordStore.create('theirs', '{"expiresAt":5,"format":9}', { seconds: 1000 })
    await recordStore.create('garbage', 'not json', { seconds: 1000 })
    await begin(managers[0]!, 1)
    await clock.advance(109_000)
    expect(await managers[0]!.sweep()).toBe(1)
    expect(await recordStore.load('theirs')).toBeDefined()
    expect(await recordStore.load('garbage')).toBeDefined()
  })

  test('ends sweeping with its manager', async () => {
    const { clock, ended, managers } = workers(['w1'])
    await begin(managers[0]!, 1)
    await managers[0]!.close()
    await clock.advance(300_000)
    expect(ended).toEqual([])
  })
})

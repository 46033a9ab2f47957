import { expect, test } from 'vitest'
import { LocalSessionCache } from '../../src/local/local-session-cache.ts'
import type { UnsavedChanges } from '../../src/local/unsaved-changes.ts'
import { shownRecord } from '../../src/local/unsaved-changes.ts'
import type { SessionRecord, StoredRecord } from '../../src/records/session-record.ts'
import { ManualClock } from '../saving/manual-clock.ts'

const clock = new ManualClock()

function cache(options: { maxLocalSessions?: number; maxLocalBytes?: number } = {}): LocalSessionCache {
  const all = {
    clock,
    workerName: 'w',
    stalePeriod: 10,
    maxLocalSessions: 10,
    maxLocalBytes: 100_000,

    ...options,
  }
  const copies = new LocalSessionCache(all)
  copies.connected()
  return copies
}

function stored(version: number, token: string = `v${version}`): StoredRecord {
  const record: SessionRecord = {
    version,
    writes: [],
    createdAt: 0,
    lastAccessedAt: 0,
    maxInactiveInterval: 60,
    expiresAt: Number.MAX_SAFE_INTEGER,
    worker: 'w',
    attributes: new Map([['a', '1']]),
    further: {},
  }
  return { record, token }
}

function unsaved(texts: Readonly<Record<string, string | undefined>>, token = 'v1'): UnsavedChanges {
  const start = stored(1, token)
  const changes = { base: start.record.attributes, texts: new Map(Object.entries(texts)) }
  return { start, changes, settings: { maxInactiveInterval: 5 }, lastAccessedAt: 7 }
}

test('of two answers the one of the newer version stays, in whatever order they come', () => {
  const copies = cache()
  const asked = copies.ask()
  copies.keep('k', stored(2), asked)
  copies.keep('k', stored(1), copies.ask())
  expect(copies.fresh('k')?.token).toBe('v2')
  copies.keep('k', stored(3), asked)
  expect(copies.fresh('k')?.token).toBe('v3')
})

test('an answer of the same version, asked for later, makes a stale copy good again; one asked for earlier does not', () => {
  const copies = cache()
  const early = copies.ask()
  copies.keep('k', stored(1), early)
  copies.changed('k')
  copies.keep('k', stored(1), early)
  expect(copies.fresh('k')).toBeUndefined()
  copies.keep('k', stored(1), copies.ask())
  expect(copies.fresh('k')?.token).toBe('v1')
})

test('after the store was away versions may begin again', () => {
  const copies = cache()
  copies.keep('k', stored(9), copies.ask())
  copies.disconnected()
  copies.connected()
  expect(copies.fresh('k')).toBeUndefined()
  copies.keep('k', stored(1), copies.ask())
  expect(copies.fresh('k')?.token).toBe('v1')
})

test('what was asked before the store was away, before an end, before an event, is not kept', () => {
  for (const happens of ['missed', 'disconnected', 'forget', 'changed', 'doubt'] as const) {
    const copies = cache()
    const asked = copies.ask()
    copies[happens]('k')
    copies.connected()
    copies.keep('k', stored(1), asked)
    expect(copies.latest('k')).toBeUndefined()
  }
})

test('while the store is away nothing is fresh, whatever comes in', () => {
  const copies = cache()
  copies.disconnected()
  copies.keep('k', stored(1), copies.ask())
  expect(copies.fresh('k')).toBeUndefined()
})

test('a clock that was set back makes no copy younger', async () => {
  const now = { value: 20_000 }
  const copies = new LocalSessionCache({
    clock: { now: () => now.value, after: () => () => {} },
    workerName: 'w',
    stalePeriod: 10,
    maxLocalSessions: 10,
    maxLocalBytes: 100_000,
  })
  copies.connected()
  copies.keep('k', stored(1), copies.ask())
  now.value = 5000
  expect(copies.fresh('k')).toBeUndefined()
})

test('unsaved changes are shown on top of what is stored', () => {
  const record = shownRecord(unsaved({ a: undefined, b: '2' }))
  expect(record).toMatchObject({ attributes: new Map([['b', '2']]), maxInactiveInterval: 5, lastAccessedAt: 7 })
})

test('unsaved changes stay until they are stored, and what was pinned meanwhile stays longer', () => {
  const copies = cache()
  const first = unsaved({ b: '2' })
  const second = unsaved({ b: '3' })
  expect(copies.pin('k', first)).toBe(true)
  for (let n = 0; n < 100; n++) copies.keep(`other${n}`, stored(1), copies.ask())
  copies.forget('k')
  expect(copies.unsaved('k')).toBe(first)
  expect(copies.pin('k', second)).toBe(true)
  expect(copies.unpin('k', first)).toBe(false)
  expect(copies.allUnsaved()).toEqual([['k', second]])
  expect(copies.unpin('k', second)).toBe(true)
  expect(copies.hasUnsaved).toBe(false)
})

test('unsaved changes are bounded by count and by bytes; what does not fit is refused, and nothing else', () => {
  const few = cache({ maxLocalSessions: 2 })
  expect([few.pin('a', unsaved({})), few.pin('b', unsaved({})), few.pin('c', unsaved({}))]).toEqual([true, true, false])
  expect(few.pin('a', unsaved({ x: '1' }))).toBe(true)
  const small = cache({ maxLocalBytes: 4000 })
  const large = unsaved({ b: 'x'.repeat(1200) })
  expect(small.pin('a', large)).toBe(true)
  expect(small.pin('b', unsaved({}))).toBe(false)
  expect(small.unsaved('a')).toBe(large)
  expect(small.unpin('a', large)).toBe(true)
  expect(small.pin('b', unsaved({}))).toBe(true)
})

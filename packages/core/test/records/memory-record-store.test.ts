import { expect, test } from 'vitest'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { ManualClock } from '../saving/manual-clock.ts'

const LIFE = { seconds: 10 }

test('what was created is loaded as it was written', async () => {
  const { store } = opened()
  await expect(store.load('a')).resolves.toBeUndefined()
  await expect(store.create('a', ' {} ', LIFE)).resolves.toBe(true)
  await expect(store.load('a')).resolves.toBe(' {} ')
})

test('nothing is created over something', async () => {
  const { store } = opened()
  await store.create('a', '1', LIFE)
  await expect(store.create('a', '2', LIFE)).resolves.toBe(false)
  await expect(store.load('a')).resolves.toBe('1')
})

test('only what is expected is replaced', async () => {
  const { store } = opened()
  await store.create('a', '1', LIFE)
  await expect(store.replace('a', '0', '2', LIFE)).resolves.toBe(false)
  await expect(store.load('a')).resolves.toBe('1')
  await expect(store.replace('a', '1', '2', LIFE)).resolves.toBe(true)
  await expect(store.load('a')).resolves.toBe('2')
})

test('a replace brings nothing into being', async () => {
  const { store } = opened()
  await expect(store.replace('a', '1', '2', LIFE)).resolves.toBe(false)
  await expect(store.load('a')).resolves.toBeUndefined()
})

test('of parallel replaces of one text exactly one succeeds', async () => {
  const { store } = opened()
  await store.create('a', '0', LIFE)
  const results = await Promise.all(['1', '2', '3', '4'].map((text) => store.replace('a', '0', text, LIFE)))
  expect(results.filter(Boolean)).toHaveLength(1)
})

test('an entry is removed, or removed only if it is expected', async () => {
  const { store } = opened()
  await store.create('a', '1', LIFE)
  await expect(store.remove('a', '2')).resolves.toBe(false)
  await expect(store.remove('a', '1')).resolves.toBe(true)
  await expect(store.remove('a')).resolves.toBe(false)
  await store.create('b', '1', LIFE)
  await expect(store.remove('b')).resolves.toBe(true)
})

test('an entry lives as long as it was given, and no longer', async () => {
  const { store, clock } = opened()
  await store.create('a', '1', LIFE)
  await clock.advance(9_999)
  await expect(store.load('a')).resolves.toBe('1')
  await clock.advance(1)
  await expect(store.load('a')).resolves.toBeUndefined()
  await expect(store.replace('a', '1', '2', LIFE)).resolves.toBe(false)
  await expect(store.remove('a')).resolves.toBe(false)
  await expect(store.create('a', '3', LIFE)).resolves.toBe(true)
})

test('a replace gives a new life, and the margin is added to it', async () => {
  const { store, clock } = opened()
  await store.create('a', '1', LIFE)
  await clock.advance(9_000)
  await store.replace('a', '1', '1', { seconds: 10, margin: 600 })
  expect(store.secondsLeft('a')).toBe(610)
})

test('find gives everything that lives, in pages', async () => {
  const { store, clock } = opened()
  await store.create('old', '0', { seconds: 1 })
  for (let n = 0; n < 250; n++) await store.create(`k${n}`, String(n), LIFE)
  await clock.advance(1000)
  const keys = []
  for await (const page of store.find()) {
    expect(page.length).toBeLessThanOrEqual(100)
    keys.push(...page.map(({ key }) => key))
  }
  expect(keys.toSorted()).toEqual(Array.from({ length: 250 }, (_, n) => `k${n}`).toSorted())
})

test('a closed store is empty, and may be closed again', async () => {
  const { store } = opened()
  await store.create('a', '1', LIFE)
  await store.close()
  await store.close()
  expect(store.secondsLeft('a')).toBeUndefined()
})

function opened(): { readonly store: MemoryRecordStore; readonly clock: ManualClock } {
  const clock = new ManualClock()
  return { store: new MemoryRecordStore(clock), clock }
}

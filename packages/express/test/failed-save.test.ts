import { MemoryRecordStore, StoreUnavailableError } from '@hazelcast-session/core'
import type { EntryLife } from '@hazelcast-session/core'
import type { SessionData } from 'express-session'
import { expect, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'

/** A store whose writes can be made to fail. */
class FlakyStore extends MemoryRecordStore {
  fails = false
  writes = 0

  override async replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    this.writes++
    if (this.fails) throw new StoreUnavailableError('It is away.', { unsent: true })
    return super.replace(key, expected, text, life)
  }
}

async function loaded(): Promise<{ recordStore: FlakyStore; store: HazelcastStore; data: SessionData }> {
  const recordStore = new FlakyStore()
  const store = new HazelcastStore({ recordStore })
  const session = store.manager.create({ id: 'an-id', data: { user: 'ann' } })
  await session.save()
  const data = await store.get('an-id')
  if (!data) throw new Error('The session is not there.')
  return { recordStore, store, data }
}

test('the save that the library makes after a failed one does not wait for the store a second time', async () => {
  const { recordStore, store, data } = await loaded()
  recordStore.fails = true
  Object.assign(data, { item: 'book' })
  await expect(store.set('an-id', data)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const { writes } = recordStore
  await expect(store.set('an-id', data)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(recordStore.writes).toBe(writes)
})

test('a save that is asked for after that goes to the store again', async () => {
  const { recordStore, store, data } = await loaded()
  recordStore.fails = true
  Object.assign(data, { item: 'book' })
  await expect(store.set('an-id', data)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(store.set('an-id', data)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  recordStore.fails = false
  await store.set('an-id', data)
  expect(await store.get('an-id')).toMatchObject({ item: 'book' })
})

test('a session with an attribute that cannot be read is no session, and is left where it is', async () => {
  const { recordStore, store } = await loaded()
  const text = (await recordStore.load('an-id')) ?? ''
  const broken = JSON.stringify({ ...JSON.parse(text), attributes: { user: '{"half":' } })
  await recordStore.replace('an-id', text, broken, { seconds: 1000 })
  expect(await store.get('an-id')).toBeUndefined()
  expect(await recordStore.load('an-id')).toBe(broken)
})

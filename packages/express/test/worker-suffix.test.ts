import { MemoryRecordStore } from '@hazelcast-session/core'
import { expect, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'

const ID = `HZ${'A1'.repeat(16)}`

test('an id that the middleware gave out with a worker’s name is the same session to the store', async () => {
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore() })
  await store.manager.create({ id: ID, data: { user: 'ann' } }).save()
  const data = await store.get(`${ID}.w1`)
  expect(data).toMatchObject({ user: 'ann' })
  if (!data) throw new Error('The session is not there.')
  Object.assign(data, { item: 'book' })
  await store.set(`${ID}.w1`, data)
  expect(await store.get(ID)).toMatchObject({ user: 'ann', item: 'book' })
  await store.destroy(`${ID}.w2`)
  expect(await store.get(ID)).toBeUndefined()
})

test('a dot in an id of somebody else’s making is part of it', async () => {
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore() })
  await store.manager.create({ id: 'tenant.42', data: { user: 'ann' } }).save()
  expect(await store.get('tenant.42')).toMatchObject({ user: 'ann' })
  expect(await store.get('tenant')).toBeUndefined()
})

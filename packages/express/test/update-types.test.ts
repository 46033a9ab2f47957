import type { SessionData } from 'express-session'
import { expectTypeOf, test } from 'vitest'
import type { HazelcastStore, HazelcastStoreOptions, ListedSession, StoredData } from '../src/index.ts'
import './support/session-data.ts'

type Data = Parameters<Parameters<HazelcastStore['update']>[1]>[0]

test('what the application declares in `SessionData` is seen in `update`, and nothing has to be there', () => {
  expectTypeOf<Data>().toEqualTypeOf<StoredData>()
  expectTypeOf<Data['count']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Data['cart']>().toEqualTypeOf<{ items: string[]; total?: number } | undefined>()
})

test('a name that the application does not declare, and a value of another type, do not compile', () => {
  const misspelled = (data: Data): void => {
    // @ts-expect-error -- it is called `count`
    data.counter = 1
    // @ts-expect-error -- it is a number
    data.count = 'one'
  }
  expectTypeOf(misspelled).parameter(0).toEqualTypeOf<StoredData>()
})

test('what `change` returns is what `update` resolves to', () => {
  const updated = (store: HazelcastStore, of: Parameters<HazelcastStore['update']>[0]): Promise<string> =>
    store.update(of, (data) => data.user ?? 'nobody')
  expectTypeOf(updated).returns.resolves.toBeString()
})

test('methods are typed for callbacks and for promises', () => {
  expectTypeOf<HazelcastStore['all']>().toBeCallableWith((_error, sessions) => void sessions?.length)
  const ids = (store: HazelcastStore): Promise<string[]> => store.ids()
  const get = (store: HazelcastStore): Promise<SessionData | undefined> => store.get('id')
  expectTypeOf([ids, get]).not.toBeAny()
  expectTypeOf<ListedSession>().toExtend<SessionData>()
})

test('options are those of the manager, and a misspelled one does not compile', () => {
  expectTypeOf<{ clusterMembers: string[] }>().toExtend<HazelcastStoreOptions>()
  // @ts-expect-error -- it is called `clusterMembers`
  const options: HazelcastStoreOptions = { clusterMember: ['127.0.0.1:5701'] }
  expectTypeOf(options).toEqualTypeOf<HazelcastStoreOptions>()
})

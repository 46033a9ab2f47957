import { AssertionError, equal } from 'node:assert/strict'
import { soon } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const closing: Behaviour<StoreStand> = {
  name: 'closing',
  cases: {
    'a store may be closed again, and by several at a time': async (stand) => {
      await soon('the end of close', Promise.all([stand.store.close(), stand.store.close()]))
      await soon('the end of close', stand.store.close())
    },

    'after close every call settles, and shows nothing of what was stored': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', LIFE)
      await store.close()
      await expectNothing(store.load(stand.key()), undefined)
      await expectNothing(store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), false)
      await expectNothing(store.remove(stand.key(), '{"n":1}'), false)
      const texts = stand.found()
      await expectNothing(
        texts.then(({ size }) => size),
        0,
      )
    },

    'close does not wait for calls under way, and they settle': async (stand) => {
      const { store } = stand
      const calls = Array.from({ length: 20 }, (_, n) => store.create(stand.key(String(n)), '{}', LIFE))
      await soon('the end of close', store.close())
      await soon('the outcome of calls under way', Promise.allSettled(calls))
    },
  },
}

/** Expects that `call` settles: with `nothing`, or refused because the store is closed. */
async function expectNothing<T>(call: Promise<T>, nothing: T): Promise<void> {
  try {
    equal(await soon('the outcome of a call after close', call), nothing)
  } catch (error) {
    if (error instanceof AssertionError) throw error
    equal(typeof error === 'object' && error !== null && Reflect.get(error, 'code'), 'STORE_UNAVAILABLE')
  }
}

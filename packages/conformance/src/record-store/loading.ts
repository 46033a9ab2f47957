import { equal, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const loading: Behaviour<StoreStand> = {
  name: 'loading',
  cases: {
    'where nothing was stored nothing is loaded, which is no error': async (stand) => {
      equal(await stand.store.load(stand.key()), undefined)
    },

    'what was created is loaded': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.load(stand.key()), '{"n":1}')
    },

    'what was replaced is loaded as it is now': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE)
      equal(await stand.store.load(stand.key()), '{"n":2}')
    },

    'loading changes nothing: it may be repeated, and what was loaded still is the token': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      const texts = await Promise.all(Array.from({ length: 20 }, () => stand.store.load(stand.key())))
      for (const text of texts) equal(text, '{"n":1}')
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), true)
    },

    'loading does not lengthen the life of an entry': async (stand) => {
      await stand.store.create(stand.key(), '{}', { seconds: 60 })
      const before = await stand.secondsLeft(stand.key())
      await stand.pass(1000)
      await stand.store.load(stand.key())
      const after = await stand.secondsLeft(stand.key())
      ok(after < before - 0.5, `${before} seconds before, ${after} after`)
    },
  },
}

import { equal } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const removing: Behaviour<StoreStand> = {
  name: 'removing',
  cases: {
    'an entry is removed, whatever it is, and remove says true': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.remove(stand.key()), true)
      equal(await stand.store.load(stand.key()), undefined)
    },

    'an entry that still is what is expected is removed, and remove says true': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.remove(stand.key(), '{"n":1}'), true)
      equal(await stand.store.load(stand.key()), undefined)
    },

    'an entry that is something else stays, and remove says false': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.remove(stand.key(), '{"n":2}'), false)
      equal(await stand.store.load(stand.key()), '{"n":1}')
    },

    'to remove what is not there is no error, and remove says false': async (stand) => {
      equal(await stand.store.remove(stand.key()), false)
      equal(await stand.store.remove(stand.key(), '{"n":1}'), false)
      equal(await stand.store.load(stand.key()), undefined)
    },

    'of ten parallel removes of one text exactly one says true': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      const removed = await Promise.all(Array.from({ length: 10 }, () => stand.store.remove(stand.key(), '{"n":1}')))
      equal(removed.filter(Boolean).length, 1)
    },

    'a remove leaves all other entries alone': async (stand) => {
      await stand.store.create(stand.key('a'), '{"n":1}', LIFE)
      await stand.store.create(stand.key('b'), '{"n":1}', LIFE)
      await stand.store.remove(stand.key('a'), '{"n":1}')
      equal(await stand.store.load(stand.key('b')), '{"n":1}')
    },
  },
}

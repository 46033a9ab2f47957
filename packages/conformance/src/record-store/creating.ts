import { equal, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const creating: Behaviour<StoreStand> = {
  name: 'creating',
  cases: {
    'an absent key is created, and create says true': async (stand) => {
      equal(await stand.store.create(stand.key(), '{"n":1}', LIFE), true)
    },

    'nothing is created over an entry: create says false, and the entry stays what it was': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.create(stand.key(), '{"n":2}', LIFE), false)
      equal(await stand.store.create(stand.key(), '{"n":1}', LIFE), false)
      equal(await stand.store.load(stand.key()), '{"n":1}')
    },

    'a create that finds an entry leaves its life alone': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', { seconds: 1000 })
      await stand.store.create(stand.key(), '{"n":2}', { seconds: 5 })
      ok((await stand.secondsLeft(stand.key())) > 900)
    },

    'a key that was removed can be created again': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      await stand.store.remove(stand.key())
      equal(await stand.store.create(stand.key(), '{"n":2}', LIFE), true)
      equal(await stand.store.load(stand.key()), '{"n":2}')
    },

    'of twenty parallel creates of one key exactly one wins, and its text is what is stored': async (stand) => {
      const texts = Array.from({ length: 20 }, (_, n) => `{"n":${n}}`)
      const won = await Promise.all(texts.map((text) => stand.store.create(stand.key(), text, LIFE)))
      equal(won.filter(Boolean).length, 1)
      equal(await stand.store.load(stand.key()), texts[won.indexOf(true)])
    },

    'parallel creates of different keys all win': async (stand) => {
      const names = Array.from({ length: 20 }, (_, n) => stand.key(String(n)))
      const won = await Promise.all(names.map((key) => stand.store.create(key, '{}', LIFE)))
      equal(won.filter(Boolean).length, 20)
    },
  },
}

import { equal, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const replacing: Behaviour<StoreStand> = {
  name: 'replacing',
  cases: {
    'an entry that still is what is expected is replaced, and replace says true': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), true)
    },

    'an entry that is something else stays what it is, and replace says false': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.replace(stand.key(), '{"n":0}', '{"n":2}', LIFE), false)
      equal(await stand.store.load(stand.key()), '{"n":1}')
    },

    'a replace brings nothing into being': async (stand) => {
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), false)
      equal(await stand.store.load(stand.key()), undefined)
    },

    'a replace does not bring back what was removed': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      await stand.store.remove(stand.key())
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), false)
      equal(await stand.store.load(stand.key()), undefined)
    },

    'a text that was replaced is no token any more': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE)
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":3}', LIFE), false)
      equal(await stand.store.load(stand.key()), '{"n":2}')
    },

    'an entry can be replaced by its own text, and stays what it is': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', LIFE)
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":1}', LIFE), true)
      equal(await stand.store.load(stand.key()), '{"n":1}')
    },

    'of twenty parallel replaces of one text exactly one wins, and its text is what is stored': async (stand) => {
      await stand.store.create(stand.key(), '{"n":-1}', LIFE)
      const texts = Array.from({ length: 20 }, (_, n) => `{"n":${n}}`)
      const won = await Promise.all(texts.map((text) => stand.store.replace(stand.key(), '{"n":-1}', text, LIFE)))
      equal(won.filter(Boolean).length, 1)
      equal(await stand.store.load(stand.key()), texts[won.indexOf(true)])
    },

    'of parallel replaces and removes of one text exactly one wins': async (stand) => {
      await stand.store.create(stand.key(), '{"n":0}', LIFE)
      const calls = Array.from({ length: 10 }, (_, n) => [
        stand.store.replace(stand.key(), '{"n":0}', `{"n":${n + 1}}`, LIFE),
        stand.store.remove(stand.key(), '{"n":0}'),
      ])
      const won = await Promise.all(calls.flat())
      equal(won.filter(Boolean).length, 1)
      const isRemoved = won.indexOf(true) % 2 === 1
      equal((await stand.store.load(stand.key())) === undefined, isRemoved)
    },

    'writers that repeat what they lost count to the end together': async (stand) => {
      await stand.store.create(stand.key(), '{"n":0}', LIFE)
      const count = async (): Promise<void> => {
        for (let done = 0; done < 10;) {
          const token = (await stand.store.load(stand.key())) ?? ''
          const n = Number(/\d+/.exec(token)?.[0])
          if (await stand.store.replace(stand.key(), token, `{"n":${n + 1}}`, LIFE)) done += 1
        }
      }
      await Promise.all(Array.from({ length: 5 }, count))
      equal(await stand.store.load(stand.key()), '{"n":50}')
    },

    'a replace that loses leaves the life of the entry alone': async (stand) => {
      await stand.store.create(stand.key(), '{"n":1}', { seconds: 1000 })
      await stand.store.replace(stand.key(), '{"n":0}', '{"n":2}', { seconds: 5 })
      await stand.store.replace(stand.key(), '{"n":0}', '{"n":2}', { seconds: 5_000_000, margin: 600 })
      const left = await stand.secondsLeft(stand.key())
      ok(left > 900 && left <= 1000, `${left} seconds`)
    },
  },
}

import { equal, ok } from 'node:assert/strict'
import type { EntryLife } from '@hazelcast-session/core'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

/** Longer than stores give by themselves. */
const LONG = 200_000
/** Seconds that a test may take, on a busy machine, between a write and a look at what is left. */
const SLACK = 60

export const lives: Behaviour<StoreStand> = {
  name: 'lives of entries',
  cases: {
    'an entry lives at least as long as it was created for': async (stand) => {
      await stand.store.create(stand.key(), '{}', { seconds: 5 })
      await stand.pass(1000)
      equal(await stand.store.load(stand.key()), '{}')
      ok((await createdFor(stand, { seconds: LONG })) >= LONG - SLACK)
    },

    'an entry whose life is over is absent for every verb': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', { seconds: 1 })
      await stand.pass(2500)
      equal(await store.load(stand.key()), undefined)
      equal(await store.replace(stand.key(), '{"n":1}', '{"n":2}', { seconds: 60 }), false)
      equal(await store.remove(stand.key(), '{"n":1}'), false)
      equal((await stand.found()).size, 0)
      equal(await store.create(stand.key(), '{"n":3}', { seconds: 60 }), true)
      equal(await store.load(stand.key()), '{"n":3}')
    },

    'a replace gives a new life, counted from the replace': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', { seconds: 2 })
      equal(await store.replace(stand.key(), '{"n":1}', '{"n":2}', { seconds: 60 }), true)
      await stand.pass(3000)
      equal(await store.load(stand.key()), '{"n":2}')
    },

    'an entry lives at least as long as it was replaced for, also if that is longer than the store gives by itself':
      async (stand) => {
        for (const seconds of [600, LONG]) ok((await replacedFor(stand, { seconds })) >= seconds - SLACK)
      },

    'no entry is kept for ever': async (stand) => {
      const spans = [{ seconds: 1 }, { seconds: 600 }, { seconds: LONG }, { seconds: 600, margin: 600 }]
      for (const life of spans) {
        ok((await createdFor(stand, life)) < Infinity)
        ok((await replacedFor(stand, life)) < Infinity)
      }
    },

    'with a margin an entry outlives whatever a live one gets': async (stand) => {
      for (const seconds of [60, LONG]) {
        const live = Math.max(await createdFor(stand, { seconds }), await replacedFor(stand, { seconds }))
        ok((await replacedFor(stand, { seconds, margin: 1000 })) >= live + 1000 - SLACK)
        ok((await createdFor(stand, { seconds, margin: 1000 })) >= live + 1000 - SLACK)
      }
    },

    'an ordinary replace takes a margin back': async (stand) => {
      const { store } = stand
      const live = await replacedFor(stand, { seconds: 60 })
      const key = stand.key('marker')
      await store.create(key, '{"n":1}', { seconds: 60, margin: LONG })
      await store.replace(key, '{"n":1}', '{"n":2}', { seconds: 60 })
      ok((await stand.secondsLeft(key)) <= live + SLACK)
    },

    'a replace by the same text completes a life that was cut short, and changes nothing else': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', { seconds: 5 })
      equal(await store.replace(stand.key(), '{"n":1}', '{"n":1}', { seconds: LONG, margin: 600 }), true)
      ok((await stand.secondsLeft(stand.key())) >= LONG + 600 - SLACK)
      equal(await store.load(stand.key()), '{"n":1}')
    },

    'of parallel replaces no loser cuts the life of the winner short': async (stand) => {
      const { store } = stand
      for (let round = 0; round < 5; round++) {
        const key = stand.key(`parallel-${round}`)
        await store.create(key, '{"n":-1}', { seconds: 60 })
        const spans = Array.from({ length: 10 }, (_, n) => ({ seconds: LONG + n * 1000 }))
        const won = await Promise.all(spans.map((life, n) => store.replace(key, '{"n":-1}', `{"n":${n}}`, life)))
        const winner = won.indexOf(true)
        ok((await stand.secondsLeft(key)) >= LONG + winner * 1000 - SLACK)
      }
    },
  },
}

let keys = 0

/** Seconds that an entry has which is created for `life`. */
async function createdFor(stand: StoreStand, life: EntryLife): Promise<number> {
  const key = stand.key(`created-${keys++}`)
  equal(await stand.store.create(key, '{}', life), true)
  return stand.secondsLeft(key)
}

/** Seconds that an entry has which is replaced for `life`. */
async function replacedFor(stand: StoreStand, life: EntryLife): Promise<number> {
  const key = stand.key(`replaced-${keys++}`)
  await stand.store.create(key, '{"n":1}', { seconds: 5 })
  equal(await stand.store.replace(key, '{"n":1}', '{"n":2}', life), true)
  return stand.secondsLeft(key)
}

import { equal, ok } from 'node:assert/strict'
import { eventually, refused, soon } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 600 }

export const outages: Behaviour<StoreStand> = {
  name: 'outages',
  cases: {
    'while its storage is away a store refuses every verb with STORE_UNAVAILABLE': async (stand) => {
      const { store } = stand
      await stand.outage.begin()
      await eventuallyAway(stand)
      await refused('STORE_UNAVAILABLE', store.load(stand.key()))
      await refused('STORE_UNAVAILABLE', store.create(stand.key(), '{}', LIFE))
      await refused('STORE_UNAVAILABLE', store.replace(stand.key(), '{}', '{"n":1}', LIFE))
      await refused('STORE_UNAVAILABLE', store.remove(stand.key(), '{}'))
      await refused('STORE_UNAVAILABLE', store.remove(stand.key()))
    },

    'a search during an outage is refused, and does not come out empty': async (stand) => {
      await stand.outage.begin()
      await eventuallyAway(stand)
      await refused('STORE_UNAVAILABLE', stand.found())
      await refused('STORE_UNAVAILABLE', stand.found(1000))
    },

    'a store recovers by itself, with everything that was stored before': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', LIFE)
      await stand.outage.begin()
      await eventuallyAway(stand)
      await stand.outage.end()
      await eventually('the entry can be loaded again', async () => (await store.load(stand.key())) === '{"n":1}')
      equal(await store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), true)
    },

    'what was refused as unsent is never applied': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', LIFE)
      await stand.outage.begin()
      await eventuallyAway(stand)
      const error = await refused('STORE_UNAVAILABLE', store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE))
      equal(Reflect.get(error, 'unsent'), true, 'a store that is known to be away sends nothing')
      await stand.outage.end()
      await eventually('the entry can be loaded again', async () => (await store.load(stand.key())) !== undefined)
      equal(await store.load(stand.key()), '{"n":1}')
    },

    'a write that an outage cuts off is applied or not, and the next load tells which': async (stand) => {
      const { store } = stand
      await store.create(stand.key(), '{"n":1}', LIFE)
      const calls = Array.from({ length: 20 }, (_, n) => store.create(stand.key(String(n)), '{}', LIFE))
      await stand.outage.begin()
      const outcomes = await soon('the outcome of calls that were cut off', Promise.allSettled(calls))
      await stand.outage.end()
      await eventually('the entry can be loaded again', async () => (await store.load(stand.key())) !== undefined)
      for (const [n, outcome] of outcomes.entries()) {
        const text = await store.load(stand.key(String(n)))
        if (outcome.status === 'fulfilled') equal(text, '{}', 'a write that was confirmed is lost')
        else ok(text === undefined || text === '{}')
      }
    },

    'a watcher hears when the storage goes away and when it is back': async (stand) => {
      ok('watch' in stand.store, 'This store has no `watch`: skip this case, and say why.')
      const before = stand.told.length
      await stand.outage.begin()
      await eventually('the watcher hears of the outage', () => stand.told.slice(before).includes('unavailable'))
      await stand.outage.end()
      await eventually('the watcher hears of the return', () => stand.told.at(-1) === 'available')
    },

    'a listener that was away is told that it missed something, or hears of all': async (stand) => {
      const { outage, store } = stand
      await outage.begin()
      await eventually('the watcher hears of the outage', () => stand.told.at(-1) === 'unavailable')
      const missed = stand.missed
      await outage.end()
      await eventually('the watcher hears of the return', () => stand.told.at(-1) === 'available')
      ok(stand.missed > missed, 'the listener was not told that it missed something')
      await eventually('writes are told of again', async () => {
        const key = stand.key(String(Math.random()))
        await store.create(key, stand.naming('{}'), LIFE)
        await stand.pass(50)
        return stand.heard.includes(key)
      })
    },

    'ready waits for the end of an outage': async (stand) => {
      const { store } = stand
      await stand.outage.begin()
      await eventuallyAway(stand)
      const seen = { isReady: false }
      const ready = (store.ready?.() ?? Promise.resolve()).then(() => (seen.isReady = true))
      await refused('STORE_UNAVAILABLE', store.load(stand.key()))
      equal(seen.isReady, false)
      await stand.outage.end()
      await soon('a store that is ready again', ready)
      equal(await store.load(stand.key()), undefined)
    },

    'a store can be closed during an outage': async (stand) => {
      await stand.outage.begin()
      await eventuallyAway(stand)
      await soon('the end of close', stand.store.close())
    },
  },
}

/** Until the store has noticed. */
function eventuallyAway({ store }: StoreStand): Promise<void> {
  const isAway = (): Promise<boolean> =>
    store.load('HZ0').then(
      () => false,
      () => true,
    )
  return eventually('the store notices the outage', isAway)
}

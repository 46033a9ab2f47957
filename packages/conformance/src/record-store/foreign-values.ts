import { deepEqual, equal } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const foreignValues: Behaviour<StoreStand> = {
  name: 'values of other applications',
  cases: {
    "to load another application's value is refused with RECORD_UNREADABLE": async (stand) => {
      await stand.foreign.put(stand.key())
      await refused('RECORD_UNREADABLE', stand.store.load(stand.key()))
    },

    "no conditional write touches another application's value": async (stand) => {
      await stand.foreign.put(stand.key())
      equal(await stand.store.create(stand.key(), '{"n":1}', LIFE), false)
      equal(await stand.store.replace(stand.key(), '{"n":1}', '{"n":2}', LIFE), false)
      equal(await stand.store.remove(stand.key(), '{"n":1}'), false)
      equal(await stand.foreign.isThere(stand.key()), true)
    },

    "another application's value can be removed by its key alone": async (stand) => {
      await stand.foreign.put(stand.key())
      equal(await stand.store.remove(stand.key()), true)
      equal(await stand.foreign.isThere(stand.key()), false)
      equal(await stand.store.load(stand.key()), undefined)
    },

    "a search leaves out other applications' values, and finds everything else": async (stand) => {
      await stand.foreign.put(stand.key('theirs'))
      await stand.store.create(stand.key('ours'), '{"expiresAt":1000}', LIFE)
      deepEqual([...(await stand.found()).keys()], [stand.key('ours')])
      deepEqual([...(await stand.found(2000)).keys()], [stand.key('ours')])
      equal(await stand.foreign.isThere(stand.key('theirs')), true)
    },
  },
}

import { deepEqual, equal } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

const ODD = [
  'HZ0123456789ABCDEF0123456789ABCDEF.w1',
  'with blanks and\ttabs\n',
  'a/b\\c:d*e?f"g<h>i|j%20k#l{m}[n]',
  '__proto__',
  'constructor',
  'Grüße 世界 🌍',
  'u\u0308',
  '\u00FC',
  'case',
  'CASE',
  'long'.repeat(50),
  "' OR 1=1 --",
  '%',
]

export const keys: Behaviour<StoreStand> = {
  name: 'keys',
  cases: {
    'keys of odd shapes are each a key of their own': async (stand) => {
      const own = ODD.map((name) => stand.key(name))
      for (const [n, key] of own.entries()) equal(await stand.store.create(key, `{"n":${n}}`, LIFE), true, key)
      for (const [n, key] of own.entries()) equal(await stand.store.load(key), `{"n":${n}}`, key)
    },

    'keys of odd shapes are found as they are': async (stand) => {
      const own = ODD.map((name) => stand.key(name))
      for (const key of own) await stand.store.create(key, '{}', LIFE)
      deepEqual([...(await stand.found()).keys()].toSorted(), own.toSorted())
    },

    'keys of odd shapes are replaced and removed without touching each other': async (stand) => {
      const own = ODD.map((name) => stand.key(name))
      for (const key of own) await stand.store.create(key, '{}', LIFE)
      for (const [n, key] of own.entries()) {
        if (n % 2 === 0) equal(await stand.store.remove(key, '{}'), true, key)
        else equal(await stand.store.replace(key, '{}', `{"n":${n}}`, LIFE), true, key)
      }
      for (const [n, key] of own.entries()) {
        equal(await stand.store.load(key), n % 2 === 0 ? undefined : `{"n":${n}}`, key)
      }
    },

    'names that every object has are no keys that are taken': async (stand) => {
      for (const key of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
        equal(await stand.store.load(key), undefined, key)
        equal(await stand.store.replace(key, '{}', '{"n":1}', LIFE), false, key)
      }
    },
  },
}

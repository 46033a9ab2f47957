import { deepEqual, match } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, seenBy } from './sessions-stand.ts'

const VALUES: Readonly<Record<string, unknown>> = {
  text: 'Grüße, 世界 🌍 \u2028 "quoted" \\ \u0000',
  halves: 'x\uD83D',
  numbers: [0, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER, 5e-324],
  nothing: null,
  truth: [true, false],
  empty: ['', {}, []],
  nested: { a: { b: { c: [{ d: 1 }, [2, [3]]] } } },
  'a name with blanks, dots. and "quotes"': 1,
  toString: 'a name that every object has',
  '': 'the empty name',
}

export const values: Behaviour<SessionsStand> = {
  name: 'values',
  cases: {
    'values of every JSON kind, under names of every kind, are the same on another worker': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, VALUES)
      deepEqual(await seenBy(second, id), VALUES)
    },

    'a value of 200 KB is the same on another worker': async (stand) => {
      const [first, second] = await stand.pair()
      const value = 'Grüße 🌍 '.repeat(20_000)
      const { id } = await begin(first, { value })
      deepEqual(await seenBy(second, id), { value })
    },

    'values that plain JSON has not come back where all workers share a serializer': async (stand) => {
      const serializer = {
        stringify: (value: unknown) => JSON.stringify(value instanceof Date ? { date: value.getTime() } : value),
        parse: (text: string): unknown => {
          const value: unknown = JSON.parse(text)
          const date: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'date') : undefined
          return typeof date === 'number' ? new Date(date) : value
        },
      }
      const [first, second] = await stand.pair({ serializer })
      const { id } = await begin(first, { since: new Date(5000), n: 1 })
      deepEqual(await seenBy(second, id), { since: new Date(5000), n: 1 })
    },

    'a value that cannot be stored refuses the save with its name, and what was stored stays': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      const session = await arrive(second, id)
      session.data['n'] = 2
      session.data['big'] = 1n
      const error = await refused('RECORD_UNWRITABLE', session.save())
      match(String(Reflect.get(error, 'message')), /"big"/)
      deepEqual(await seenBy(first, id), { n: 1 })
      delete session.data['big']
      await session.save()
      deepEqual(await seenBy(first, id), { n: 2 })
    },

    'a session that would be too large is refused, and one that shrinks is not': async (stand) => {
      const [first, second] = await stand.pair()
      const strict = await stand.worker({ maxSessionBytes: 2000 })
      const { id } = await begin(first, { text: 'x'.repeat(5000) })
      const session = await arrive(strict, id)
      session.data['text'] = 'x'.repeat(6000)
      await refused('RECORD_UNWRITABLE', session.save())
      session.data['text'] = 'x'.repeat(4000)
      await session.save()
      deepEqual(await seenBy(second, id), { text: 'x'.repeat(4000) })
    },
  },
}

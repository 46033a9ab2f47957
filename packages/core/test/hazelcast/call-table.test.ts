import * as fc from 'fast-check'
import type { Client } from 'hazelcast-client'
import { expect, test } from 'vitest'
import { CallTable, giveCallTable } from '../../src/hazelcast/call-table.ts'

/** Few numbers, of which some share a place. */
const someNumber = fc.integer({ min: 1, max: 5 }).chain((first) => fc.nat({ max: 3 }).map((lap) => first + lap * 1024))

const act = fc.oneof(
  fc.record({ kind: fc.constant('set'), number: someNumber, call: fc.string() }),
  fc.record({ kind: fc.constant('delete'), number: someNumber }),
  fc.record({ kind: fc.constant('clear') }),
)

test('holds what a Map holds, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
      const [table, map] = [new CallTable<string>(), new Map<number, string>()]
      for (const next of acts) {
        for (const calls of [table, map]) {
          if ('call' in next) calls.set(next.number, next.call)
          else if ('number' in next) calls.delete(next.number)
          else calls.clear()
        }
        expect(table.size).toBe(map.size)
        expect(new Map(table)).toEqual(map)
        expect(new Set(table.keys())).toEqual(new Set(map.keys()))
        expect(new Set(table.values())).toEqual(new Set(map.values()))
        for (const each of acts.flatMap((one) => ('number' in one ? one.number : []))) {
          expect([table.has(each), table.get(each)]).toEqual([map.has(each), map.get(each)])
        }
      }
    }),
  )
})

test('tells whether it had what it is to forget', () => {
  const table = new CallTable<string>([[1, 'one']])
  table.set(1025, 'shares its place')
  expect([table.delete(1), table.delete(1), table.delete(1025), table.delete(1025)]).toEqual([true, false, true, false])
})

test('comes past nothing that is deleted meanwhile', () => {
  const table = new CallTable<string>([
    [1, 'one'],
    [2, 'two'],
  ])
  const seen: string[] = []
  table.forEach((call, number, itself) => {
    seen.push(call)
    itself.delete(3 - number)
  })
  expect(seen).toEqual(['one'])
})

test('a client goes on with what was under way; another one is left as it is', () => {
  const service: { pending: unknown } = { pending: new Map([[7, 'under way']]) }
  giveCallTable({ invocationService: service } as unknown as Client)
  expect(service.pending).toBeInstanceOf(CallTable)
  expect(new Map(service.pending as CallTable<string>)).toEqual(new Map([[7, 'under way']]))
  const other = { invocationService: { pending: new Set() } }
  giveCallTable(other as unknown as Client)
  expect(other).toEqual({ invocationService: { pending: new Set() } })
})

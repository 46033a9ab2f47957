import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepMerge } from '../../src/saving/deep-merge.ts'

function merge(
  base: unknown,
  theirs: unknown,
  ours: unknown,
): { readonly merged: unknown; readonly conflicts: string[] } {
  const conflicts: string[] = []
  const merged = deepMerge('a', base, theirs, ours, (name, _base, _theirs, mine) => {
    conflicts.push(name)
    return mine
  })
  return { merged, conflicts }
}

test('keys that each side changed for itself are kept, at every depth', () => {
  expect(merge({ x: { p: 1 } }, { x: { p: 1, q: 2 }, y: 1 }, { x: { p: 1, r: 3 }, z: 1 })).toEqual({
    merged: { x: { p: 1, q: 2, r: 3 }, y: 1, z: 1 },
    conflicts: [],
  })
})

test('a key that one side deleted stays deleted, unless the other changed it', () => {
  expect(merge({ x: 1, y: 1 }, { y: 1 }, { x: 1, y: 2 })).toEqual({ merged: { y: 2 }, conflicts: [] })
  expect(merge({ x: 1 }, {}, { x: 2 })).toEqual({ merged: { x: 2 }, conflicts: ['a.x'] })
  expect(merge({ x: 1 }, { x: 2 }, {})).toEqual({ merged: {}, conflicts: ['a.x'] })
})

test('objects that both sides added are merged', () => {
  expect(merge(undefined, { x: 1 }, { y: 2 })).toEqual({ merged: { x: 1, y: 2 }, conflicts: [] })
})

test('an array is one value', () => {
  expect(merge([1], [1, 2], [1, 3])).toEqual({ merged: [1, 3], conflicts: ['a'] })
  expect(merge({ list: [1] }, { list: [1, 2] }, { list: [1], n: 1 })).toEqual({
    merged: { list: [1, 2], n: 1 },
    conflicts: [],
  })
})

test('Dates, Maps and instances of classes are one value each', () => {
  expect(merge(new Date(1), new Date(2), new Date(3))).toEqual({ merged: new Date(3), conflicts: ['a'] })
  expect(merge(new Map(), new Map([[1, 1]]), new Map([[2, 2]]))).toEqual({
    merged: new Map([[2, 2]]),
    conflicts: ['a'],
  })
  expect(merge(new Date(1), new Date(2), new Date(1))).toEqual({ merged: new Date(2), conflicts: [] })
})

test('an object against something else is a conflict of the whole', () => {
  expect(merge(1, { x: 1 }, 'text')).toEqual({ merged: 'text', conflicts: ['a'] })
})

test('a nested key may be called constructor or prototype', () => {
  expect(merge({}, { constructor: 'Acme', prototype: 'x' }, { n: 1 })).toEqual({
    merged: { constructor: 'Acme', prototype: 'x', n: 1 },
    conflicts: [],
  })
})

test('a nested __proto__ changes no prototype', () => {
  const evil = JSON.parse('{"__proto__":{"polluted":true},"n":1}') as unknown
  const { merged } = merge({}, evil, { m: 1 })
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('what only one side changed is what the merge gives', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      expect(merge(before, before, after)).toEqual({ merged: after, conflicts: [] })
      expect(merge(before, after, before)).toEqual({ merged: after, conflicts: [] })
      expect(merge(before, after, after)).toEqual({ merged: after, conflicts: [] })
    }),
  )
})

test('merging loses no key that only one side changed', () => {
  const value = fc.dictionary(fc.constantFrom('x', 'y', 'constructor', 'toString'), fc.constantFrom(1, 2, 'three'))
  fc.assert(
    fc.property(value, value, value, (base, theirs, ours) => {
      const merged = merge(base, theirs, ours).merged as Record<string, unknown>
      const own = (object: object, key: string): unknown =>
        Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined
      for (const key of new Set([base, theirs, ours].flatMap(Object.keys))) {
        const before = own(base, key)
        const onlyTheirs = own(ours, key) === before
        const onlyOurs = own(theirs, key) === before
        const expected = onlyTheirs ? own(theirs, key) : onlyOurs ? own(ours, key) : own(merged, key)
        expect(own(merged, key)).toBe(expected)
      }
    }),
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonSerializer } from '../../src/records/attribute-serializer.ts'
import type { AttributeChanges } from '../../src/saving/attribute-changes.ts'
import { changesBetween, withChanges } from '../../src/saving/attribute-changes.ts'
import { mergeChanges } from '../../src/saving/attribute-merge.ts'
import { ConflictPolicy } from '../../src/saving/conflict-policy.ts'
import type { ConflictOption, MergeOption } from '../../src/saving/conflict-policy.ts'

type Texts = Readonly<Record<string, string | undefined>>

function merge(
  { base, theirs, ours }: { readonly base: Texts; readonly theirs: Texts; readonly ours: Texts },
  conflict: ConflictOption = 'last-write-wins',
  option: MergeOption = 'attributes',
): { readonly merged: Texts; readonly conflicts: string[] } {
  const conflicts: string[] = []
  const changes: AttributeChanges = { base: mapOf(base), texts: new Map(Object.entries(ours)) }
  const policy = new ConflictPolicy(conflict, option, jsonSerializer)
  const merged = mergeChanges(mapOf(theirs), changes, policy, (name) => conflicts.push(name))
  return { merged: Object.fromEntries(merged), conflicts }
}

function mapOf(texts: Texts): Map<string, string> {
  return new Map(Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])))
}

test('names that only we changed are ours, names that only they changed are theirs', () => {
  expect(merge({ base: { a: '1', b: '1' }, theirs: { a: '1', b: '2', c: '3' }, ours: { a: '9', d: '4' } })).toEqual({
    merged: { a: '9', b: '2', c: '3', d: '4' },
    conflicts: [],
  })
})

test('deletions are changes: ours, theirs, and both', () => {
  expect(merge({ base: { a: '1', b: '1' }, theirs: { a: '1', b: '1' }, ours: { a: undefined } }).merged).toEqual({
    b: '1',
  })
  expect(merge({ base: { a: '1', b: '1' }, theirs: { b: '1' }, ours: { b: '2' } }).merged).toEqual({ b: '2' })
  expect(merge({ base: { a: '1' }, theirs: {}, ours: { a: undefined } })).toEqual({ merged: {}, conflicts: [] })
})

test('a deletion against a change is a conflict, whichever side it is on', () => {
  expect(merge({ base: { a: '1' }, theirs: { a: '2' }, ours: { a: undefined } })).toEqual({
    merged: {},
    conflicts: ['a'],
  })
  expect(merge({ base: { a: '1' }, theirs: {}, ours: { a: '2' } })).toEqual({ merged: { a: '2' }, conflicts: ['a'] })
})

test('the same change on both sides is no conflict', () => {
  expect(merge({ base: {}, theirs: { a: '1' }, ours: { a: '1' } }, 'fail')).toEqual({
    merged: { a: '1' },
    conflicts: [],
  })
})

test("'fail' names the attribute and not its values", () => {
  const conflicting = { base: { pin: '"4711"' }, theirs: { pin: '"4712"' }, ours: { pin: '"4713"' } }
  expect(() => merge(conflicting, 'fail')).toThrow(
    expect.objectContaining({ code: 'SESSION_CONFLICT', message: expect.stringContaining('"pin"') as string }),
  )
  expect(() => merge(conflicting, 'fail')).not.toThrow('471')
})

test('a resolver gets undefined where there is no value, and undefined from it deletes', () => {
  const asked: unknown[] = []
  const resolver = (...values: readonly unknown[]): unknown => {
    asked.push(values)
    return undefined
  }
  expect(merge({ base: {}, theirs: { a: '2' }, ours: { a: '3' } }, resolver).merged).toEqual({})
  expect(merge({ base: { a: '1' }, theirs: {}, ours: { a: '3' } }, resolver).merged).toEqual({})
  expect(merge({ base: { a: '1' }, theirs: { a: '2' }, ours: { a: undefined } }, resolver).merged).toEqual({})
  expect(asked).toEqual([
    ['a', undefined, 2, 3],
    ['a', 1, undefined, 3],
    ['a', 1, 2, undefined],
  ])
})

test('a resolver that returns a promise is a TypeError, and not a promise in the store', () => {
  const conflicting = { base: {}, theirs: { a: '2' }, ours: { a: '3' } }
  expect(() => merge(conflicting, () => Promise.resolve(1))).toThrow(TypeError)
  expect(() => merge(conflicting, () => Promise.reject(new Error('nobody hears this')))).toThrow(TypeError)
})

test('merging loses no name that only one side changed', () => {
  const texts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3', '[]', '{"x":1}'))
  const options = fc.constantFrom<MergeOption>('attributes', 'deep')
  fc.assert(
    fc.property(texts, texts, texts, options, (before, theirs, after, option) => {
      const base = mapOf(before)
      const changes = changesBetween(
        base,
        Object.entries(after).map(([name, text]) => [name, JSON.parse(text) as unknown] as const),
        jsonSerializer,
      )
      const { merged } = merge(
        { base: before, theirs, ours: Object.fromEntries(changes.texts) },
        'last-write-wins',
        option,
      )
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        const isOurs = before[name] !== after[name]
        const isTheirs = before[name] !== theirs[name]
        const expected = !isOurs ? theirs[name] : isTheirs ? merged[name] : after[name]
        expect(merged[name]).toBe(expected)
      }
    }),
  )
})

test('changesBetween and withChanges are each other’s reverse', () => {
  const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue().map(noMinusZero))
  fc.assert(
    fc.property(values, values, (before, after) => {
      const texts = (object: object): Map<string, string> =>
        new Map(Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)]))
      const changes = changesBetween(texts(before), Object.entries(after), jsonSerializer)
      expect(new Map(withChanges(texts(before), changes.texts))).toEqual(texts(after))
    }),
  )
})

/** JSON has no -0. */
function noMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

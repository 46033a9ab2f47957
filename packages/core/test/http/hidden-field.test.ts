import { describe, expect, test } from 'vitest'
import { hiddenField } from '../../src/http/hidden-field.ts'

describe('a hidden field', () => {
  test('belongs to the object that it was added to', () => {
    const field = hiddenField<number>()
    const [one, other] = [{}, {}]
    field.add(one, 1)
    field.add(other, 2)
    expect([field.of(one), field.of(other), field.of({})]).toEqual([1, 2, undefined])
  })

  test('is nobody else’s: not of what inherits from the object, nor of a copy, nor of another field', () => {
    const field = hiddenField<number>()
    const object = { a: 1 }
    field.add(object, 1)
    for (const later of [Object.create(object), { ...object }, structuredClone(object)]) {
      expect(field.of(later)).toBeUndefined()
    }
    expect(hiddenField<number>().of(object)).toBeUndefined()
  })

  test('cannot be seen', () => {
    const object = { a: 1 }
    hiddenField<number>().add(object, 1)
    expect(Reflect.ownKeys(object)).toEqual(['a'])
    expect(JSON.stringify(object)).toBe('{"a":1}')
  })

  test('goes past the traps of a proxy', () => {
    const field = hiddenField<number>()
    const refuse = (): never => {
      throw new Error('a trap was called')
    }
    const proxy = new Proxy({}, { get: refuse, set: refuse, has: refuse, defineProperty: refuse })
    field.add(proxy, 1)
    expect(field.of(proxy)).toBe(1)
  })

  test('is added once', () => {
    const field = hiddenField<number>()
    const object = {}
    field.add(object, 1)
    expect(() => field.add(object, 2)).toThrow(TypeError)
    expect(field.of(object)).toBe(1)
  })
})

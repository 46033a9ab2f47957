import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonSerializer, textOf, valueOf } from '../../src/records/attribute-serializer.ts'

test('JSON values come back as they were', () => {
  // Two names do not; what becomes of them is shown below.
  const values = fc.jsonValue().filter((value) => !/"(__proto__|prototype)":/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(values, (value) => {
      const json = JSON.parse(JSON.stringify(value)) as unknown
      expect(valueOf(jsonSerializer, 'a', textOf(jsonSerializer, 'a', json)!)).toEqual(json)
    }),
  )
})

test.each([undefined, () => 1, Symbol('s')])('%s has no text', (value) => {
  expect(textOf(jsonSerializer, 'a', value)).toBeUndefined()
})

test('__proto__ inside a stored value is left out, however it is spelled', () => {
  for (const name of ['__proto__', '\\u005f_proto__', '\\u005F\\u005Fproto\\u005f\\u005f']) {
    const value = valueOf(jsonSerializer, 'a', `{"list":[{"${name}":{"polluted":true},"b":1}]}`)
    expect(value).toEqual({ list: [{ b: 1 }] })
    expect(Reflect.get((value as { list: object[] }).list[0]!, 'polluted')).toBeUndefined()
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('constructor.prototype inside a stored value is left out', () => {
  expect(valueOf(jsonSerializer, 'a', '{"constructor":{"prototype":{"polluted":true}},"b":1}')).toEqual({ b: 1 })
})

test('a value that is merely called constructor stays', () => {
  expect(valueOf(jsonSerializer, 'a', '{"constructor":"Acme Builders"}')).toEqual({ constructor: 'Acme Builders' })
})

test.each([
  ['a cycle', cycle()],
  ['a BigInt', { card: '4711', n: 1n }],
  ['a toJSON that throws', { card: '4711', toJSON: () => fail() }],
])('%s is refused with the name of the attribute and not its value', (_what, value) => {
  expect(() => textOf(jsonSerializer, 'payment', value)).toThrow(
    expect.objectContaining({ code: 'RECORD_UNWRITABLE', message: expect.stringContaining('"payment"') as string }),
  )
  expect(() => textOf(jsonSerializer, 'payment', value)).not.toThrow('4711')
})

test('a text that cannot be read is refused with the name of the attribute, and quoted nowhere', () => {
  const error = errorOf(() => valueOf(jsonSerializer, 'payment', '{"card":4711x}'))
  expect(error).toMatchObject({ code: 'RECORD_UNREADABLE', message: expect.stringContaining('"payment"') as string })
  expect(`${error.message} ${String(error.cause)}`).not.toContain('4711')
})

test('what a custom serializer throws is not quoted either', () => {
  const failing = {
    stringify: () => undefined,
    parse: (text: string): never => {
      throw new TypeError(`cannot read ${text}`)
    },
  }
  expect(errorOf(() => valueOf(failing, 'a', 'card 4711')).cause).toEqual(new Error('TypeError'))
})

test('a value of 100,000 levels is read', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(Array.isArray(valueOf(jsonSerializer, 'a', deep))).toBe(true)
})

test('a value too deep to be written is refused', () => {
  const deep = valueOf(jsonSerializer, 'a', '['.repeat(100_000) + ']'.repeat(100_000))
  expect(() => textOf(jsonSerializer, 'a', deep)).toThrow(expect.objectContaining({ code: 'RECORD_UNWRITABLE' }))
})

function cycle(): unknown {
  const value: Record<string, unknown> = { card: '4711' }
  value['self'] = value
  return value
}

function errorOf(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('expected this to throw')
}

function fail(): never {
  throw new Error('no')
}

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonRecordCodec } from '../../src/records/record-codec.ts'
import type { EndedMarker, SessionRecord, StoredEntry } from '../../src/records/session-record.ts'
import { isEnded } from '../../src/records/session-record.ts'
import { SessionError } from '../../src/session-error.ts'

const KEY = 'HZ0123456789ABCDEF0123456789ABCDEF'

const bare = {
  format: 1,
  version: 7,
  writes: ['b', 'a'],
  createdAt: 1_000,
  lastAccessedAt: 2_000,
  maxInactiveInterval: 1800,
  expiresAt: 3_000,
  attributes: { cart: '{"items":[]}' },
}

const full = {
  ...bare,
  worker: 'w1',
  notify: 'w2',
  principal: 'ann',
  authenticatedAt: 1_500,
  cookieMaxAge: -1,
  previous: { key: 'HZ1', changed: ['cart'] },
}

function parse(fields: unknown): StoredEntry {
  return jsonRecordCodec.parse(KEY, typeof fields === 'string' ? fields : JSON.stringify(fields))
}

function recordOf(fields: unknown): SessionRecord {
  const entry = parse(fields)
  if (isEnded(entry)) throw new Error('expected a live record')
  return entry
}

function written(entry: StoredEntry): unknown {
  return JSON.parse(jsonRecordCodec.stringify(KEY, entry))
}

test('a record comes back as it was written, with the fields it has and no others', () => {
  expect(written(parse(bare))).toEqual(bare)
})

test('every field comes back as it was written', () => {
  expect(written(parse(full))).toEqual(full)
  expect(recordOf(full)).toMatchObject({
    version: 7,
    writes: ['b', 'a'],
    createdAt: 1_000,
    lastAccessedAt: 2_000,
    maxInactiveInterval: 1800,
    expiresAt: 3_000,
    worker: 'w1',
    notify: 'w2',
    principal: 'ann',
    authenticatedAt: 1_500,
    cookieMaxAge: -1,
  })
})

test('the text of an attribute comes back unparsed and unchanged', () => {
  const texts = { a: ' { "b" : 1.0 } ', b: 'not even JSON', c: '', 'naïve "name"': '"\\u2028"' }
  expect([...recordOf({ ...bare, attributes: texts }).attributes]).toEqual(Object.entries(texts))
})

test('fields of a later version survive a save', () => {
  const later = { ...bare, device: { name: 'phone' }, score: [1, null] }
  const record = recordOf(later)
  expect(written({ ...record, version: 8 })).toEqual({ ...later, version: 8 })
})

test('a record can be written without loss whatever its attributes are called', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (attributes) => {
      const safe = Object.fromEntries(
        Object.entries(attributes).filter(([name]) => !['__proto__', 'constructor', 'prototype'].includes(name)),
      )
      expect(written(recordOf({ ...bare, attributes: safe }))).toEqual({ ...bare, attributes: safe })
    }),
  )
})

describe('markers', () => {
  const marker = { format: 1, ended: 'invalidated', endedAt: 2_500, version: 8, writes: ['c', 'b'], expiresAt: 9_000 }

  test('a marker comes back as it was written', () => {
    expect(written(parse({ ...marker, notify: 'w1' }))).toEqual({ ...marker, notify: 'w1' })
    expect(isEnded(parse(marker))).toBe(true)
  })

  test.each(['invalidated', 'expired', 'revoked', 'renamed'])('a session can end as %s', (ended) => {
    expect((parse({ ...marker, ended }) as EndedMarker).ended).toBe(ended)
  })

  test.each(['gone', '', 7, null, true, {}])('a marker with the reason %j is unreadable', (ended) => {
    expect(() => parse({ ...marker, ended })).toThrow(unreadable())
  })

  test.each(['version', 'writes', 'expiresAt'])('a marker without %s is unreadable', (field) => {
    expect(() => parse({ ...marker, [field]: undefined })).toThrow(unreadable(field))
  })
})

describe('what is not readable', () => {
  test.each([0, 2, '1', null, undefined, true])('format %j', (format) => {
    expect(() => parse({ ...bare, format })).toThrow(unreadable('format'))
  })

  test.each(['', 'x', '{', '[]', '7', '"text"', 'null', 'true', '{"format":1', 'undefined'])('the text %j', (text) => {
    expect(() => parse(text)).toThrow(unreadable())
  })

  const wrong: readonly (readonly [string, unknown])[] = [
    ...['version', 'createdAt', 'lastAccessedAt', 'maxInactiveInterval', 'expiresAt'].flatMap((field) =>
      [undefined, null, '7', true, [], {}].map((value) => [field, value] as const),
    ),
    ...['authenticatedAt', 'cookieMaxAge'].flatMap((field) =>
      [null, '7', true, [], {}].map((value) => [field, value] as const),
    ),
    ...['worker', 'notify', 'principal'].flatMap((field) =>
      [null, 7, true, [], {}].map((value) => [field, value] as const),
    ),
    ...[undefined, null, 'a', {}, ['a', 7]].map((value) => ['writes', value] as const),
  ]

  test.each(wrong)('the field %s with %j', (field, value) => {
    expect(() => parse({ ...bare, [field]: value })).toThrow(unreadable(field))
  })

  test.each([undefined, null, 7, [], { cart: { items: [] } }, { cart: null }, { cart: 7 }])(
    'attributes %j',
    (value) => {
      expect(() => parse({ ...bare, attributes: value })).toThrow(unreadable())
    },
  )

  test('encrypted attributes, without a key', () => {
    expect(() => parse({ ...bare, attributes: 'k1:…' })).toThrow(unreadable('encrypted'))
  })

  test('random garbage is refused as such, and changes no prototype', () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutilated()), (text) => {
        expectReadableOrRefused(text)
      }),
      { numRuns: 2000 },
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })

  test.each(['[', '{"a":'])('nesting of 100,000 levels is refused or survived', (open) => {
    const close = open === '[' ? ']' : '}'
    const deep = open.repeat(100_000) + (open === '[' ? '' : '1') + close.repeat(100_000)
    expectReadableOrRefused(deep)
    expectReadableOrRefused(JSON.stringify(bare).replace('{', `{"later":${deep},`))
    expectReadableOrRefused(JSON.stringify(bare).replace(/"attributes":.*$/, `"attributes":${deep}}`))
    expect(recordOf({ ...bare, attributes: { deep } }).attributes.get('deep')).toBe(deep)
  })

  test('neither the text nor the key gets into a message', () => {
    const texts = [
      '{"pin":"4711',
      '4711',
      '["4711"]',
      '{"format":"4711"}',
      JSON.stringify({ ...bare, writes: '4711' }),
      JSON.stringify({ ...bare, attributes: { '4711': 4711 } }),
      JSON.stringify({ ...bare, ended: '4711' }),
    ]
    for (const text of texts) {
      const error = refusal(text)
      expect(`${error?.message} ${String(error?.cause)}`).not.toMatch(/4711|HZ/)
    }
  })
})

describe('what a record is written from', () => {
  const attributes = fc
    .array(fc.tuple(fc.string(), fc.oneof(fc.json(), fc.string({ minLength: 64, unit: 'binary' }))))
    .map((entries) => new Map(entries))
  const record = recordOf(bare)

  test('is what is read from the text, whatever names and texts hold', () => {
    const names = fc.string().filter((name) => name !== '__proto__' && !Object.hasOwn(full, name))
    fc.assert(
      fc.property(attributes, fc.dictionary(names, fc.jsonValue()), (texts, further) => {
        const text = jsonRecordCodec.stringify(KEY, { ...record, further, attributes: texts })
        const fields = { ...further, ...bare, attributes: Object.fromEntries(texts) }
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(fields)))
      }),
    )
  })
})

describe('names that mean something to JavaScript', () => {
  test('are left out of the attributes', () => {
    const attributes = '{"__proto__":"{\\"a\\":1}","constructor":"1","prototype":"1","cart":"2"}'
    const record = recordOf(JSON.stringify(bare).replace(/"attributes":\{.*\}\}$/, `"attributes":${attributes}}`))
    expect([...record.attributes]).toEqual([['cart', '2']])
  })

  test('change no prototype as further fields', () => {
    const record = recordOf(
      JSON.stringify(bare).replace('{', '{"__proto__":{"polluted":true},"constructor":{"polluted":true},'),
    )
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Object.getPrototypeOf(record.further)).toBe(Object.prototype)
    expect(Reflect.get(record, 'polluted')).toBeUndefined()
    jsonRecordCodec.stringify(KEY, record)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

function unreadable(part = ''): unknown {
  return expect.objectContaining({ code: 'RECORD_UNREADABLE', message: expect.stringContaining(part) as string })
}

function refusal(text: string): SessionError | undefined {
  try {
    parse(text)
    return undefined
  } catch (error) {
    if (error instanceof SessionError && error.code === 'RECORD_UNREADABLE') return error
    throw error
  }
}

/** Throws anything but the refusal. */
function expectReadableOrRefused(text: string): void {
  const isRefused = refusal(text) !== undefined
  expect(isRefused || isSound(parse(text))).toBe(true)
}

function isSound(entry: StoredEntry): boolean {
  return isEnded(entry) || (entry.attributes instanceof Map && Number.isFinite(entry.version))
}

/** A record with one of its fields replaced by anything. */
function mutilated(): fc.Arbitrary<string> {
  const field = fc.oneof(fc.constantFrom(...Object.keys(full), 'ended', '__proto__', 'constructor'), fc.string())
  return fc.tuple(field, fc.json()).map(([name, json]) => {
    const others = Object.entries(full).filter(([key]) => key !== name)
    return `{${[...others.map(([key, value]) => `"${key}":${JSON.stringify(value)}`), `${JSON.stringify(name)}:${json}`].join()}}`
  })
}

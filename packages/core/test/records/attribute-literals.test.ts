import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonRecordCodec } from '../../src/records/record-codec.ts'
import type { SessionRecord, StoredRecord } from '../../src/records/session-record.ts'
import { isEnded } from '../../src/records/session-record.ts'

const KEY = 'HZ0123456789ABCDEF0123456789ABCDEF'

const empty: SessionRecord = {
  version: 7,
  writes: ['b', 'a'],
  createdAt: 1_000,
  lastAccessedAt: 2_000,
  maxInactiveInterval: 1800,
  expiresAt: 3_000,
  attributes: new Map(),
  further: {},
}

function stored(token: string): StoredRecord {
  const record = jsonRecordCodec.parse(KEY, token)
  if (isEnded(record)) throw new Error('expected a live record')
  return { record, token }
}

function withAttributes(attributes: Iterable<readonly [string, string]>): SessionRecord {
  return { ...empty, attributes: new Map(attributes) }
}

/** What a record of these attributes is stored as. */
function textOf(attributes: Iterable<readonly [string, string]>): string {
  return jsonRecordCodec.stringify(KEY, withAttributes(attributes))
}

const name = fc.oneof(fc.constantFrom('cart', 'user', 'count', '1', 'a"b', 'attributes', '\\', ','), fc.string())
/** Texts as applications have them, and such as a scanner may stumble over. */
const text = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('"', '\\', ',', '}', '{', ':', '","', '"}}', '"}', ',"attributes":{', 'cart', '":"', ' '))
    .map((parts) => parts.join('')),
)
const attributes = fc.array(fc.tuple(name, text))

/** The same record as other programs might spell it. */
const SPELLINGS: Readonly<Record<string, (token: string) => string>> = {
  'as this library does': (token) => token,
  'with line breaks': (token) => JSON.stringify(JSON.parse(token), undefined, 1),
  'with blanks behind commas': (token) => token.replaceAll('","', '", "'),
  'with blanks before commas': (token) => token.replaceAll('","', '" ,"'),
  'with a blank at the end': (token) => `${token} `,
  'with a text behind the attributes': (token) => `${token.slice(0, -1)},"later":"x"}`,
  'with an object behind the attributes': (token) => `${token.slice(0, -1)},"later":{"x":"y"}}`,
  'with other attributes before': (token) =>
    token.replace(',"attributes"', ',"later":{"x":1,"attributes":{"cart":"0"}}$&'),
  'with other attributes behind': (token) => `${token.slice(0, -1)},"later":{"x":1,"attributes":{"cart":"0"}}}`,
  'with the attributes in front': (token) => {
    const { attributes: own, ...others }: Record<string, unknown> = Object(JSON.parse(token))
    return JSON.stringify({ attributes: own, ...others })
  },
  'with a name twice': (token) => token.replace(/}}$/, `${token.endsWith('{}}') ? '' : ','}"cart":"\\"twice\\""}}`),
  'with blanks before commas, and a name twice': (token) =>
    token.replaceAll('","', '" ,"').replace(/}}$/, `${token.endsWith('{}}') ? '' : ','}"cart":"\\"twice\\""}}`),
  'with a name that means something to JavaScript': (token) =>
    token.replace('"attributes":{', (field) => `${field}"__proto__":"1"${token.endsWith('{}}') ? '' : ','}`),
  'with such a name at the end': (token) =>
    token.replace(/}}$/, `${token.endsWith('{}}') ? '' : ','}"__proto__":"1"}}`),
}

describe('a record written in the place of another', () => {
  test.each(Object.entries(SPELLINGS))('that was spelled %s has the attributes that it shall have', (_, spelled) => {
    fc.assert(
      fc.property(attributes, attributes, fc.array(fc.nat(9)), (given, changes, dropped) => {
        let before: StoredRecord
        try {
          before = stored(spelled(textOf(given)))
        } catch {
          // What is left of it when blanks went into its texts need not be JSON.
          fc.pre(false)
          return
        }
        const gone = new Set(dropped.map((index) => given[index]?.[0]))
        const kept = [...before.record.attributes].filter(([each]) => !gone.has(each))
        const after = withAttributes([...kept, ...changes])
        expect(jsonRecordCodec.stringify(KEY, after, before)).toBe(jsonRecordCodec.stringify(KEY, after))
      }),
    )
  })

  test('has what nobody changed as it was spelled there, and nothing of what was changed', () => {
    const cart = String.raw`"cart":"{\"\u006e\":1}"`
    const theme = String.raw`"theme":"[{\"a\":\"\u006e\"}]"`
    const token = textOf([
      ['cart', '{"n":1}'],
      ['user', '"ann"'],
      ['theme', '[{"a":"n"}]'],
    ])
      .replace(String.raw`"cart":"{\"n\":1}"`, cart)
      .replace(String.raw`"theme":"[{\"a\":\"n\"}]"`, theme)
    const before = stored(token)
    const after = withAttributes([...before.record.attributes, ['user', '"bob"']])
    const written = jsonRecordCodec.stringify(KEY, after, before)
    expect(written).toContain(cart)
    expect(written).toContain(theme)
    expect(written).toContain(String.raw`"user":"\"bob\""`)
    expect(stored(written).record.attributes).toEqual(after.attributes)
  })
})

import type hazelcast from 'hazelcast-client'
import { UnknownValue } from './unknown-value.ts'

type Hazelcast = typeof hazelcast

/** Something that somebody else may have put where a session is looked for. */
export interface Garbage {
  readonly what: string
  /** Made only when the package is there; a fresh one each time. */
  readonly value: (hazelcast: Hazelcast) => unknown
}

const DEEP = 50_000

const future = {
  format: 2,
  version: 1,
  writes: [],
  createdAt: Date.now(),
  lastAccessedAt: Date.now(),
  maxInactiveInterval: 1800,
  expiresAt: Date.now() + 1_800_000,
  attributes: {},
}

function json(what: string, text: string): Garbage {
  return { what, value: ({ HazelcastJsonValue }) => new HazelcastJsonValue(text) }
}

/** Texts in the wrapper that sessions are in, too. */
export const JSON_GARBAGE: readonly Garbage[] = [
  json('an empty text', ''),
  json('no JSON', '{"format":1,'),
  json('random characters', '\u0000\uffff\ufffd{]}\\"\u2028'),
  json('null', 'null'),
  json('a number', '42'),
  json('a text', '"a session"'),
  json('a list', '[{"format":1}]'),
  json('an object', '{}'),
  json('a format of the future', JSON.stringify(future)),
  json('a record without attributes', JSON.stringify({ ...future, format: 1, attributes: undefined })),
  json('a record with a text in the place of a number', JSON.stringify({ ...future, format: 1, createdAt: 'soon' })),
  json('attributes that are no texts', JSON.stringify({ ...future, format: 1, attributes: { user: { name: 'ann' } } })),
  json('encrypted attributes', JSON.stringify({ ...future, format: 1, attributes: 'k1.AAAA.BBBB.CCCC' })),
  json('a marker of an unknown reason', JSON.stringify({ ...future, format: 1, ended: 'eaten' })),
  json('a prototype', '{"__proto__":{"polluted":41,"format":1},"constructor":{"prototype":{"polluted":41}}}'),
  json('a deep list', '['.repeat(DEEP) + ']'.repeat(DEEP)),
  json('a deep object', `${'{"format":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`),
]

/** A record of which only the attributes' texts are no JSON. */
export const UNREADABLE_ATTRIBUTES: Garbage = json(
  'attributes that are no JSON texts',
  JSON.stringify({ ...future, format: 1, attributes: { user: '{"a":' } }),
)

/** Values of other kinds, which only a map without an index takes. */
export const OTHER_VALUES: readonly Garbage[] = [
  json(
    'a record with a text in the place of an indexed number',
    JSON.stringify({ ...future, format: 1, expiresAt: 'soon' }),
  ),
  { what: 'bytes', value: () => Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x7b]) },
  { what: 'a plain text', value: () => '{"format":1}' },
  { what: 'a plain number', value: () => 42 },
  { what: 'a boolean', value: () => true },
  { what: 'a date', value: () => new Date(0) },
  { what: 'a list of values', value: () => [1, 'two', null] },
  { what: 'a big integer', value: () => 2n ** 100n },
  { what: 'a portable value of another application', value: () => new Portable() },
  { what: 'a value of a serializer of another application', value: () => new UnknownValue() },
  { what: 'an identified value of another application', value: () => new Identified() },
]

/** Serialized by name of a factory that the workers do not have. */
class Portable {
  readonly factoryId = 71
  readonly classId = 3
  readPortable(): void {}
  writePortable(writer: { writeString(name: string, value: string): void }): void {
    writer.writeString('name', 'x')
  }
}

class Identified {
  readonly factoryId = 72
  readonly classId = 4
  readData(): void {}
  writeData(writer: { writeString(value: string): void }): void {
    writer.writeString('x')
  }
}

import { expect, test } from 'vitest'
import { AttributeView } from '../src/attribute-view.ts'
import { jsonSerializer } from '../src/records/attribute-serializer.ts'
import type { AttributeSerializer } from '../src/records/attribute-serializer.ts'
import { withChanges } from '../src/saving/attribute-changes.ts'

function viewOf(
  texts: Readonly<Record<string, string>>,
  serializer: AttributeSerializer = jsonSerializer,
): AttributeView {
  return new AttributeView(new Map(Object.entries(texts)), serializer)
}

function changesOf(view: AttributeView): Record<string, string | undefined> {
  return Object.fromEntries(view.changes().texts)
}

function counting(): {
  readonly serializer: AttributeSerializer
  readonly parsed: string[]
  readonly written: unknown[]
} {
  const parsed: string[] = []
  const written: unknown[] = []
  return {
    parsed,
    written,
    serializer: {
      parse: (text) => {
        parsed.push(text)
        return jsonSerializer.parse(text)
      },
      stringify: (value) => {
        written.push(value)
        return jsonSerializer.stringify(value)
      },
    },
  }
}

test('an attribute is parsed when it is first read, and only once', () => {
  const { serializer, parsed } = counting()
  const view = viewOf({ cart: '{"n":1}', user: '"ann"' }, serializer)
  expect(parsed).toEqual([])
  expect(view.data['cart']).toBe(view.data['cart'])
  expect(parsed).toEqual(['{"n":1}'])
})

test('an attribute that nobody read is neither parsed nor turned into text', () => {
  const { serializer, parsed, written } = counting()
  const view = viewOf({ cart: '{"n":1}', user: '"ann"' }, serializer)
  view.data['hits'] = 1
  expect(changesOf(view)).toEqual({ hits: '1' })
  expect(parsed).toEqual([])
  expect(written).toEqual([1])
})

test('asking whether an attribute is there does not parse it', () => {
  const { serializer, parsed } = counting()
  const view = viewOf({ cart: '{"n":1}' }, serializer)
  expect('cart' in view.data).toBe(true)
  expect('basket' in view.data).toBe(false)
  expect(parsed).toEqual([])
})

test('reading is no change', () => {
  const view = viewOf({ cart: '{"items":[1,2]}' })
  expect(view.data['cart']).toEqual({ items: [1, 2] })
  expect(view.changes().texts.size).toBe(0)
})

test('a change inside a value counts', () => {
  const view = viewOf({ cart: '{"items":[]}' })
  ;(view.data['cart'] as { items: number[] }).items.push(7)
  expect(changesOf(view)).toEqual({ cart: '{"items":[7]}' })
})

test('assigning what is stored already is no change', () => {
  const view = viewOf({ user: '{"name":"ann"}' })
  view.data['user'] = { name: 'ann' }
  expect(view.changes().texts.size).toBe(0)
})

test('a text that another writer spelled differently is not taken for a change', () => {
  const view = viewOf({ cart: ' { "b" : 1.0, "a" : "\\u0061" } ' })
  expect(view.data['cart']).toEqual({ b: 1, a: 'a' })
  expect(view.changes().texts.size).toBe(0)
})

test('a deleted attribute is gone, and deleted in the store', () => {
  const view = viewOf({ cart: '1', user: '2' })
  delete view.data['cart']
  expect('cart' in view.data).toBe(false)
  expect(view.data['cart']).toBeUndefined()
  expect(Object.keys(view.data)).toEqual(['user'])
  expect(changesOf(view)).toEqual({ cart: undefined })
})

test('deleting what is not there is no change', () => {
  const view = viewOf({})
  delete view.data['cart']
  expect(view.changes().texts.size).toBe(0)
})

test('assigning undefined deletes in the store, as JSON would', () => {
  const view = viewOf({ cart: '1' })
  view.data['cart'] = undefined
  expect(changesOf(view)).toEqual({ cart: undefined })
})

test('a function is not stored', () => {
  const view = viewOf({})
  view.data['greet'] = () => 'hello'
  expect(view.changes().texts.size).toBe(0)
})

test('a deleted attribute can be assigned again', () => {
  const view = viewOf({ cart: '1' })
  delete view.data['cart']
  view.data['cart'] = 2
  expect(changesOf(view)).toEqual({ cart: '2' })
  expect(view.data).toEqual({ cart: 2 })
})

test('keys, spread, entries, JSON.stringify and hasOwn see stored and assigned attributes', () => {
  const view = viewOf({ a: '1', b: '[2]' })
  view.data['c'] = 3
  expect(Object.keys(view.data)).toEqual(['a', 'b', 'c'])
  expect({ ...view.data }).toEqual({ a: 1, b: [2], c: 3 })
  expect(Object.entries(view.data)).toEqual([
    ['a', 1],
    ['b', [2]],
    ['c', 3],
  ])
  expect(JSON.stringify(view.data)).toBe('{"a":1,"b":[2],"c":3}')
  expect(Object.hasOwn(view.data, 'b')).toBe(true)
  expect(Object.hasOwn(view.data, 'd')).toBe(false)
})

test('Object.assign and Object.defineProperty with a value assign', () => {
  const view = viewOf({})
  Object.assign(view.data, { a: 1 })
  Object.defineProperty(view.data, 'b', { value: 2, writable: true, enumerable: true, configurable: true })
  expect(changesOf(view)).toEqual({ a: '1', b: '2' })
})

test('what every object inherits stays, and is no attribute', () => {
  const view = viewOf({})
  expect(view.data['toString']).toBe(Reflect.get(Object.prototype, 'toString'))
  expect('toString' in view.data).toBe(true)
  expect(Object.keys(view.data)).toEqual([])
})

test('an attribute may be called like an inherited method', () => {
  const view = viewOf({ toString: '"mine"' })
  expect(view.data['toString']).toBe('mine')
})

test('a symbol is a property of the object alone', () => {
  const view = viewOf({})
  const mark = Symbol('mark')
  Reflect.set(view.data, mark, 1)
  expect(Reflect.get(view.data, mark)).toBe(1)
  expect(Reflect.has(view.data, mark)).toBe(true)
  expect(Reflect.deleteProperty(view.data, mark)).toBe(true)
  expect(Reflect.has(view.data, mark)).toBe(false)
  expect(view.changes().texts.size).toBe(0)
})

test.each(['__proto__', 'constructor', 'prototype'])('an attribute cannot be called %s', (name) => {
  const view = viewOf({})
  expect(() => view.set(name, {})).toThrow(expect.objectContaining({ code: 'RECORD_UNWRITABLE' }))
  expect(() => Reflect.set(view.data, name, {})).toThrow(`cannot be called "${name}"`)
  expect(Object.getPrototypeOf(view.data)).toBe(Object.prototype)
})

test('a value that cannot become text names its attribute and not its value', () => {
  const view = viewOf({})
  const loop: Record<string, unknown> = { card: '4111-1111' }
  loop['self'] = loop
  view.data['payment'] = loop
  expect(() => view.changes()).toThrow(
    expect.objectContaining({ code: 'RECORD_UNWRITABLE', message: expect.not.stringContaining('4111') as string }),
  )
  expect(() => view.changes()).toThrow('"payment"')
})

test('a text that cannot be read names its attribute and does not quote the text', () => {
  const view = viewOf({ payment: '{4111-1111' })
  expect(() => view.data['payment']).toThrow(
    expect.objectContaining({ code: 'RECORD_UNREADABLE', message: expect.not.stringContaining('4111') as string }),
  )
})

test('changesTo deletes what the new attributes lack, and nothing that this view never saw', () => {
  const view = viewOf({ a: '1', b: '2' })
  expect([...view.changesTo([['b', 3]]).texts]).toEqual([
    ['b', '3'],
    ['a', undefined],
  ])
})

test('what was saved is no change any more, and values stay the objects that were handed out', () => {
  const view = viewOf({})
  const cart = { items: [1] }
  view.data['cart'] = cart
  view.saved(view.changes())
  expect(view.changes().texts.size).toBe(0)
  expect(view.data['cart']).toBe(cart)
  cart.items.push(2)
  expect(changesOf(view)).toEqual({ cart: '{"items":[1,2]}' })
})

test('what was changed while a save was under way is still to be saved', () => {
  const view = viewOf({ a: '1', gone: '1' })
  view.data['a'] = 2
  delete view.data['gone']
  const pending = view.changes()
  view.data['a'] = 3
  view.data['gone'] = 'back'
  view.saved(pending)
  expect(changesOf(view)).toEqual({ a: '3', gone: '"back"' })
})

test('what was taken back while a save was under way is still to be taken back', () => {
  const view = viewOf({ a: '1' })
  view.data['a'] = 2
  const pending = view.changes()
  view.data['a'] = 1
  view.saved(pending)
  expect(changesOf(view)).toEqual({ a: '1' })
})

test('a new attribute that was deleted while its save was under way is still to be deleted', () => {
  const view = viewOf({})
  view.data['draft'] = 1
  const pending = view.changes()
  delete view.data['draft']
  view.saved(pending)
  expect('draft' in view.data).toBe(false)
  expect(changesOf(view)).toEqual({ draft: undefined })
})

test('reset reads everything afresh', () => {
  const view = viewOf({ a: '1', b: '2' })
  view.data['a'] = 5
  const pending = view.changes()
  view.reset(new Map([['a', '6']]), pending)
  expect({ ...view.data }).toEqual({ a: 6 })
  expect(view.changes().texts.size).toBe(0)
})

test('reset keeps what was changed after the pending changes were taken', () => {
  const view = viewOf({ a: '1', b: '2', c: '3' })
  const pending = view.changes()
  view.data['a'] = 5
  delete view.data['b']
  view.reset(new Map([...view.base, ['c', '4']]), pending)
  expect({ ...view.data }).toEqual({ a: 5, c: 4 })
  expect(changesOf(view)).toEqual({ a: '5', b: undefined })
})

test('reset keeps what was taken back after the pending changes were taken', () => {
  const view = viewOf({ a: '1' })
  view.data['a'] = 2
  view.data['draft'] = 1
  const pending = view.changes()
  view.data['a'] = 1
  delete view.data['draft']
  view.reset(withChanges(view.base, pending.texts), pending)
  expect({ ...view.data }).toEqual({ a: 1 })
  expect(changesOf(view)).toEqual({ a: '1', draft: undefined })
})

test('a custom serializer decides what a value looks like', () => {
  const dates: AttributeSerializer = {
    stringify: (value) => (value instanceof Date ? `d${value.getTime()}` : JSON.stringify(value)),
    parse: (text) => (text.startsWith('d') ? new Date(Number(text.slice(1))) : JSON.parse(text)),
  }
  const view = viewOf({ since: 'd1000' }, dates)
  expect(view.data['since']).toEqual(new Date(1000))
  expect(view.changes().texts.size).toBe(0)
  view.data['since'] = new Date(2000)
  expect(changesOf(view)).toEqual({ since: 'd2000' })
})

test('an attribute whose text cannot be read can be given a new value', () => {
  const view = viewOf({ user: '{"half":' })
  view.set('user', 'ann')
  expect(changesOf(view)).toEqual({ user: '"ann"' })
})

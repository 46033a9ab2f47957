import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SessionIdPolicy } from '../src/session-id-policy.ts'

const policy = new SessionIdPolicy()

test('ten thousand ids have the right form and are all different', () => {
  const ids = Array.from({ length: 10_000 }, () => policy.generate())
  expect(ids.filter((id) => !/^HZ[0-9A-F]{32}$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(10_000)
})

test('every hex digit turns up in every place', () => {
  const ids = Array.from({ length: 2000 }, () => policy.generate())
  for (let place = 2; place < 34; place++) expect(new Set(ids.map((id) => id[place])).size).toBe(16)
})

test('only ids of the generated form are recognised as such', () => {
  const id = policy.generate()
  expect(policy.isGenerated(id)).toBe(true)
  for (const other of ['', id.toLowerCase(), id.slice(1), `${id}0`, `${id}.w1`, ` ${id}`, `${id}\n`, 'HZ'.repeat(17)]) {
    expect(policy.isGenerated(other)).toBe(false)
  }
})

test('an id carries the name of a worker behind a dot', () => {
  expect(policy.qualify('HZ1', 'w1')).toBe('HZ1.w1')
  expect(policy.qualify('HZ1', undefined)).toBe('HZ1')
  expect(policy.parse('HZ1.w1')).toEqual({ id: 'HZ1', workerName: 'w1' })
})

test.each([
  ['HZ1', 'HZ1', undefined],
  ['', '', undefined],
  ['.', '.', undefined],
  ['.w1', '.w1', undefined],
  ['HZ1.', 'HZ1.', undefined],
  ['a.b.w1', 'a.b', 'w1'],
  ['a..w1', 'a.', 'w1'],
])('%j is the id %j of worker %j', (qualified, id, workerName) => {
  expect(policy.parse(qualified)).toEqual({ id, workerName })
})

test('whatever comes is taken apart without loss', () => {
  fc.assert(
    fc.property(fc.string(), (junk) => {
      const { id, workerName } = policy.parse(junk)
      expect(policy.qualify(id, workerName)).toBe(junk)
    }),
  )
})

test('what was qualified is taken apart again', () => {
  const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/)
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), names, (id, workerName) => {
      expect(policy.parse(policy.qualify(id, workerName))).toEqual({ id, workerName })
    }),
  )
})

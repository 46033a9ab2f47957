import { describe, expect, test } from 'vitest'
import { endOf } from './action.ts'
import type { Action } from './action.ts'
import type { Answer } from './answer.ts'
import { faultsOf } from './fault.ts'

let clock = 0
/** One after the other: each begins when the one before has ended. */
function action(of: Partial<Action>): Action {
  clock += 2
  return { kind: 'set', name: 'cart', value: 1, begin: clock, end: clock + 1, status: 204, ...of }
}
const increment = (value: number | undefined, status = 200): Action =>
  action({ kind: 'increment', name: 'count', value, status })
const kindsOf = (actions: readonly Action[], attributes: Record<string, unknown>): string[] =>
  faultsOf(actions, attributes).map(({ kind }) => kind)

describe('values', () => {
  const [first, second] = [action({ value: 1 }), action({ value: 2 })]

  test('the newest one that was acknowledged is right', () => {
    expect(kindsOf([first, second], { cart: 2 })).toEqual([])
  })

  test('none, or one that was replaced, is a lost write', () => {
    expect(kindsOf([first, second], {})).toEqual(['lost write'])
    expect(kindsOf([first, second], { cart: 1 })).toEqual(['lost write'])
  })

  test('one that this user never wrote is of a foreign session', () => {
    expect(kindsOf([first, second], { cart: 3 })).toEqual(['foreign session'])
  })

  test.each([0, 502, 503])('one that was answered %i may be there or not', (status) => {
    const unsure = action({ value: 3, status })
    expect(kindsOf([first, unsure], { cart: 1 })).toEqual([])
    expect(kindsOf([first, unsure], { cart: 3 })).toEqual([])
    expect(kindsOf([unsure], {})).toEqual([])
  })

  test('one that nobody was told of does not come back over a later one', () => {
    const unsure = action({ value: 3, status: 503 })
    expect(kindsOf([unsure, action({ value: 4 })], { cart: 3 })).toEqual(['lost write'])
  })

  test('of two at once either may be there', () => {
    const one = action({ value: 1, begin: 0, end: 10 })
    const other = action({ value: 2, begin: 5, end: 15 })
    expect(kindsOf([one, other], { cart: 1 })).toEqual([])
    expect(kindsOf([one, other], { cart: 2 })).toEqual([])
  })

  test('one that a balancer gave up, and one that it sent twice, may be done at any time later', () => {
    const answer: Answer = { status: 204, headers: {}, text: '', ms: 5001, repeats: 0 }
    expect(endOf({ url: '' }, { ...answer, status: 504 })).toBe(Infinity)
    expect(endOf({ url: '', repeatsAfter: 5000 }, answer)).toBe(Infinity)
    expect(endOf({ url: '', repeatsAfter: 5000 }, { ...answer, ms: 4999 })).toBeLessThan(Infinity)
    expect(endOf({ url: '' }, answer)).toBeLessThan(Infinity)
    const givenUp = action({ value: 3, status: 504, end: Infinity })
    expect(kindsOf([givenUp, action({ value: 4 })], { cart: 3 })).toEqual([])
  })
})

describe('counters', () => {
  test('each acknowledged increment counts once', () => {
    expect(kindsOf([increment(1), increment(2)], { count: 2 })).toEqual([])
    expect(kindsOf([increment(1), increment(2)], { count: 3 })).toEqual(['double increment'])
    expect(kindsOf([increment(1), increment(2), increment(3)], { count: 2 })).toContain('lost write')
    expect(kindsOf([increment(1)], {})).toContain('lost write')
  })

  test('a number that was answered twice hides a lost one', () => {
    expect(kindsOf([increment(1), increment(1), increment(undefined, 503)], { count: 2 })).toEqual(['lost write'])
  })

  test.each([0, 502, 503, 504])('one that was answered %i counts once or not at all', (status) => {
    const actions = [increment(1), increment(undefined, status)]
    expect(kindsOf(actions, { count: 1 })).toEqual([])
    expect(kindsOf(actions, { count: 2 })).toEqual([])
    expect(kindsOf(actions, { count: 3 })).toEqual(['double increment'])
  })
})

import { describe, expect, test } from 'vitest'
import type { SeenSession } from '../harness/browser.ts'
import { faultsOfSeen } from './seen.ts'

const session = (attributes: SeenSession['attributes']): SeenSession => ({
  isNew: Object.keys(attributes).length === 0,
  id: null,
  worker: 'w1',
  attributes,
})
const kindsOf = (isIn: boolean, attributes: SeenSession['attributes']): string[] =>
  faultsOfSeen('ann', isIn, session(attributes)).map(({ kind }) => kind)

describe('what a user is shown', () => {
  test('who is logged in sees a session of their own', () => {
    expect(kindsOf(true, { user: 'ann', count: 3, item: { by: 'ann', turn: 1 } })).toEqual([])
    expect(kindsOf(false, {})).toEqual([])
  })

  test('no session, or one that nobody is logged in to, is a lost log-in', () => {
    expect(kindsOf(true, {})).toEqual(['lost write'])
    expect(kindsOf(true, { item: { by: 'ann', turn: 1 } })).toEqual(['lost write'])
  })

  test("another user's session, or data in one's own, is a foreign session", () => {
    expect(kindsOf(true, { user: 'ben' })).toEqual(['foreign session'])
    expect(kindsOf(true, { user: 'ann', item: { by: 'ben', turn: 1 } })).toEqual(['foreign session'])
    expect(kindsOf(false, { user: 'ben' })).toEqual(['foreign session'])
  })

  test('any session after a log-out is a revived one', () => {
    expect(kindsOf(false, { user: 'ann' })).toEqual(['revived log-out'])
    expect(kindsOf(false, { item: { by: 'ann', turn: 1 } })).toEqual(['revived log-out'])
    expect(faultsOfSeen('ann', false, { ...session({}), isNew: false })).toHaveLength(1)
  })
})

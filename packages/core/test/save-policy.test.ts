import { describe, expect, test } from 'vitest'
import { SavePolicy } from '../src/save-policy.ts'
import type { SavePeriod } from '../src/save-policy.ts'

interface Expected {
  readonly savesAssignments: boolean
  readonly savesUnchanged: boolean
  readonly delay: number | undefined
}

const ATTRIBUTE: Expected = { savesAssignments: true, savesUnchanged: false, delay: undefined }
const ALWAYS: Expected = { savesAssignments: false, savesUnchanged: true, delay: undefined }
const DIRTY: Expected = { savesAssignments: false, savesUnchanged: false, delay: undefined }
const SHUTDOWN: Expected = { savesAssignments: false, savesUnchanged: false, delay: Infinity }
const everyFive: Expected = { savesAssignments: false, savesUnchanged: false, delay: 5000 }

describe('names and numbers', () => {
  test.each<[SavePeriod, Expected]>([
    [-2, ATTRIBUTE],
    ['attribute', ATTRIBUTE],
    [-1, SHUTDOWN],
    ['shutdown', SHUTDOWN],
    [0, ALWAYS],
    ['always', ALWAYS],
    [1, DIRTY],
    ['dirty', DIRTY],
    [5, everyFive],
    [{ every: 5 }, everyFive],
    // A number of 1 is a name, and this is not.
    [{ every: 1 }, { ...everyFive, delay: 1000 }],
  ])('%o', (period, expected) => {
    expect(new SavePolicy(period)).toEqual(expected)
  })
})

test.each<[boolean | undefined, Expected]>([
  [undefined, DIRTY],
  [true, DIRTY],
  [false, ATTRIBUTE],
])('`deferredWrite: %o`', (deferredWrite, expected) => {
  expect(SavePolicy.of(undefined, deferredWrite)).toEqual(expected)
})

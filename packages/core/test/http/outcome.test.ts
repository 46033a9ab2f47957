import { expect, test } from 'vitest'
import { outcomeOf } from '../../src/http/outcome.ts'

/** Asks as the answer would, when everything is through. */
async function heard(use: (outcome: Promise<number>) => unknown): Promise<unknown[]> {
  const told: unknown[] = []
  const asks: (() => boolean)[] = []
  const outcome = outcomeOf(Promise.reject<number>(new Error('no')), (error, isHeard) => {
    told.push(String(error))
    asks.push(isHeard)
  })
  await Promise.resolve(use(outcome)).catch(() => {})
  await new Promise((resolve) => void setImmediate(resolve))
  return [...told, ...asks.map((isHeard) => isHeard())]
}

test('a failure that nobody waits for is told, and is no unhandled rejection', async () => {
  expect(await heard(() => {})).toEqual(['Error: no', false])
})

test.each<readonly [string, (outcome: Promise<number>) => unknown]>([
  ['await', async (outcome) => void (await outcome)],
  ['return', async (outcome) => outcome],
  ['catch', (outcome) => outcome.catch(() => {})],
  ['finally', (outcome) => outcome.finally(() => {})],
  ['Promise.all', (outcome) => Promise.all([outcome, Promise.resolve(1)])],
])('who uses %s waits for it', async (_name, use) => {
  expect(await heard(use)).toEqual(['Error: no', true])
})

test('an outcome is told by the promise', async () => {
  const failures: unknown[] = []
  expect(await outcomeOf(Promise.resolve(5), (error) => failures.push(error))).toBe(5)
  expect(failures).toEqual([])
})

import { expect } from 'vitest'
import { statusCounts } from '../harness/answer.ts'
import type { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Items in everybody's cart, put in one by one. */
const ITEMS = ['tea', 'tea', 'milk']

/**
 * Users log in and fill carts at the first worker, which is then killed while it has a write of everybody in hand: at the
 * other worker everybody goes on, with everything that was acknowledged. `kill`: how, if more than that worker dies.
 */
export async function expectSessionsToOutlive(
  stage: Stage,
  workers: readonly [Worker, Worker],
  count: number,
  kill: () => Promise<void> = () => workers[0].kill(),
): Promise<string> {
  const [first, second] = workers
  const users = await Promise.all(
    Array.from({ length: count }, (_, index) => User.logIn(stage.browser(), first, `user${index}`)),
  )
  for (const item of ITEMS) {
    const answers = await Promise.all(users.map(({ browser }) => browser.fetch(first, 'POST', '/cart', { item })))
    expect(statusCounts(answers)).toEqual({ 303: count })
  }
  // A first write of everybody is confirmed; the second is under way when the worker dies.
  await Promise.all(users.map(({ ledger }) => ledger.set(first, 'step', 1)))
  let answered = 0
  const writes = users.map(({ ledger }) => ledger.set(first, 'step', 2).finally(() => answered++))
  await waitFor('a few of the writes are answered', () => answered > 0)
  await kill()
  const last = await Promise.all(writes)

  const cart = { tea: 2, milk: 1 }
  for (const user of users) {
    expect(await user.contradictions(second)).toEqual([])
    const { attributes } = await user.browser.session(second)
    expect(attributes['cart']).toEqual(cart)
  }
  const further = await Promise.all(users.map(({ ledger }) => ledger.set(second, 'step', 3)))
  expect(statusCounts(further)).toEqual({ 204: count })
  return `writes under way at the kill: ${JSON.stringify(statusCounts(last))} (0: no answer came)`
}

import { expect } from 'vitest'
import { overtaken } from '../harness/overtaken.ts'
import type { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms that a slow request takes after its change. */
const SLOW = 2500
const SLOW_REQUESTS = 6

type Pair = readonly [Worker, Worker]

/**
 * Slow requests begin at both workers, then the user logs out: what they save is dropped, and the session stays gone.
 *
 * @returns the cookies that the browser had
 */
export async function expectLogoutToStand(stage: Stage, workers: Pair): Promise<string> {
  const user = await User.logIn(stage.browser(), workers[0], 'ann')
  const cookies = await user.browser.cookies(workers[0])
  const names = Array.from({ length: SLOW_REQUESTS }, (_, index) => `late${index}`)
  const sent = performance.now()
  const slow = names.map((name, index) => user.browser.set(workers[index % 2]!, name, true, SLOW))
  await overtaken(stage.browser(), cookies, workers)
  const logout = await user.browser.logout(workers[1])
  expect(logout.status).toBe(204)
  // If it came too late, the slow ones were not slow enough to say anything.
  expect(performance.now() - sent).toBeLessThan(SLOW)

  for (const answer of await Promise.all(slow)) {
    expect([204, 409]).toContain(answer.status)
    expect(answer.headers['set-cookie']).toBeUndefined()
  }
  // The browser has no cookie any more; an attacker may have kept it.
  const keeper = stage.browser()
  await keeper.adopt(workers[0], cookies)
  for (const worker of workers) {
    const seen = await keeper.session(worker)
    expect(seen).toMatchObject({ isNew: true, id: null, attributes: {} })
    expect(await user.browser.session(worker)).toMatchObject({ isNew: true, attributes: {} })
  }
  return cookies
}

/**
 * Who comes with the cookie of a session that ended, or got another id, a moment ago has none: what he changes is
 * refused, and his cookies are left alone, since the browser may have newer ones by now.
 */
export async function expectChangeRefused(stage: Stage, workers: Pair, cookies: string, code: string): Promise<void> {
  const late = stage.browser()
  await late.adopt(workers[0], cookies)
  for (const worker of workers) {
    const answers = [
      await late.get(worker, '/api/session'),
      await late.set(worker, 'late', true),
      await late.increment(worker, 'late'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 409, 409])
    expect(answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([])
    expect(worker.output).toContain(code)
  }
}

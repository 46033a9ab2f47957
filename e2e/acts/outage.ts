import { expect } from 'vitest'
import type { Answer } from '../harness/answer.ts'
import { longest } from '../harness/answer.ts'
import { LONGEST_READ } from '../harness/budget.ts'
import type { Browser } from '../harness/browser.ts'
import type { Cluster } from '../harness/cluster.ts'
import type { Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** How often everything is asked while the cluster is away. */
const ROUNDS = 4

/**
 * Everything that needs the session is a 503 with Retry-After, in time; what needs none is served. For workers with the
 * usual budget.
 *
 * @returns ms that the longest answer took
 */
export async function expectRefusals(browser: Browser, worker: Worker): Promise<number> {
  const refused: Answer[] = await Promise.all([
    browser.get(worker, '/api/session'),
    browser.get(worker, '/'),
    browser.set(worker, 'during', true),
    browser.increment(worker, 'count'),
    browser.login(worker, 'somebody'),
    browser.logout(worker),
  ])
  const served = await Promise.all([browser.get(worker, '/api/none'), browser.get(worker, '/health')])
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 503))
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(served.map(({ status }) => status)).toEqual([204, 200])
  const longestAnswer = longest([...refused, ...served])
  expect(longestAnswer).toBeLessThanOrEqual(LONGEST_READ)
  return longestAnswer
}

/**
 * All members die at once and are started again at the same addresses; the workers are left alone. `shops`: the workers
 * of one door and one map each.
 */
export async function expectOutageToPass(
  stage: Stage,
  cluster: Cluster,
  shops: readonly (readonly Worker[])[],
): Promise<string> {
  const browsers = await Promise.all(
    shops.map(async (workers) => {
      const browser = stage.browser()
      await browser.login(workers[0]!, 'ann')
      return browser
    }),
  )
  await cluster.killAll()
  const figures: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const asked = shops.flatMap((workers, index) => workers.map((worker) => expectRefusals(browsers[index]!, worker)))
    figures.push(...(await Promise.all(asked)))
  }

  await cluster.start()
  const back = performance.now()
  await Promise.all(shops.map((workers) => expectService(stage, workers)))
  return `longest answer ${Math.max(...figures)} ms, service ${Math.round(performance.now() - back)} ms after the cluster was back`
}

/** Sessions begin, are read at every worker, and end. What the cluster lost with its memory is a new session. */
export async function expectService(stage: Stage, workers: readonly Worker[]): Promise<void> {
  const browser = stage.browser()
  for (const worker of workers) {
    await waitFor(`${worker.name} serves sessions`, async () => (await browser.login(worker, 'ben')).status === 204)
    await browser.set(worker, worker.name, true)
  }
  const expected = { user: 'ben', ...Object.fromEntries(workers.map(({ name }) => [name, true])) }
  for (const worker of workers) expect(await browser.session(worker)).toMatchObject({ attributes: expected })
}

import { beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../harness/browser.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Seconds, where changes are written every so often: longer than a kill takes, on any machine. */
const EVERY = 8
/** Ms for which a request is under way: it is never answered. */
const FOR_EVER = 60_000
/** Ms in which a worker ends that cannot write what waits: the budgets of five saves, and what it needs to stop its client. */
const LONGEST_END = 5 * BUDGET + 15_000

/** What is left of a session whose worker was killed: `docs/reference/saving.md` says the same. */
interface Left {
  /** Acknowledged, and so long ago that it had its time to be written. */
  readonly early: boolean
  /** Acknowledged just before. */
  readonly acked: boolean
  /** Assigned by a request that was under way. */
  readonly underWay: boolean
}

const MODES: readonly (readonly [savePeriod: string, left: Left])[] = [
  ['attribute', { early: true, acked: true, underWay: true }],
  ['always', { early: true, acked: true, underWay: false }],
  ['dirty', { early: true, acked: true, underWay: false }],
  [String(EVERY), { early: true, acked: false, underWay: false }],
  ['shutdown', { early: false, acked: false, underWay: false }],
]

describe.skipIf(!canStartMembers)('when changes are written', () => {
  const stage = new Stage()
  let cluster: Cluster
  /** Writes at the end of each request, and looks at the sessions of the others. */
  let other: Worker
  beforeAll(async () => {
    cluster = await stage.cluster()
    other = await stage.worker(cluster, STICKY)
    await stage.browser().untilServed(other)
  })

  /** A worker in this mode, and somebody who is logged in there. */
  async function begin(
    savePeriod: string,
    operationTimeout?: number,
  ): Promise<{ worker: Worker; user: User; keeper: Browser }> {
    const env = { HZ_SESSION_SAVE_PERIOD: savePeriod }
    const worker = await stage.worker(cluster, { ...STICKY, env, ...(operationTimeout && { operationTimeout }) })
    await stage.browser().untilServed(worker)
    const user = await User.logIn(stage.browser(), worker, 'ann')
    // Reads at the other worker, so that the user's own cookie goes on naming this one.
    const keeper = stage.browser()
    await keeper.adopt(other, await user.browser.cookies(worker))
    return { worker, user, keeper }
  }

  test.each(MODES)('%s: a worker that is killed leaves of a session %o', async (savePeriod, left) => {
    const { worker, user, keeper } = await begin(savePeriod)
    const isStored = async (name: string): Promise<boolean> => name in (await keeper.session(other)).attributes
    expect((await user.browser.set(worker, 'early', 1)).status).toBe(204)
    if (left.early) await waitFor('the first change is stored', () => isStored('early'))
    const from = performance.now()
    expect((await user.browser.set(worker, 'acked', 1)).status).toBe(204)
    expect((await user.browser.session(worker)).attributes).toMatchObject({ early: 1, acked: 1 })
    const underWay = user.browser.set(worker, 'underWay', 1, FOR_EVER)
    if (left.underWay) await waitFor('the change of a request under way is stored', () => isStored('underWay'))
    else await stage.browser().get(worker, '/api/none')
    await worker.kill()
    measured(`written to killed: ${Math.round(performance.now() - from)} ms`)
    // If it took longer, it says nothing of what had no time to be written.
    expect(left.acked || performance.now() - from < EVERY * 1000).toBe(true)
    expect((await underWay).status).toBe(0)

    const found = {
      early: await isStored('early'),
      acked: await isStored('acked'),
      underWay: await isStored('underWay'),
    }
    expect(found).toEqual(left)
  })

  test.each([String(EVERY), 'shutdown'])('%s: a worker that is told to end loses nothing', async (savePeriod) => {
    const { worker, user, keeper } = await begin(savePeriod)
    expect((await user.browser.set(worker, 'acked', 1)).status).toBe(204)
    expect((await keeper.session(other)).attributes).not.toHaveProperty('acked')
    worker.terminate()
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect((await keeper.session(other)).attributes).toMatchObject({ user: 'ann', acked: 1 })
  })

  test('a cart that was emptied elsewhere stays empty, whatever a worker still had to write', async () => {
    const { worker, user, keeper } = await begin('shutdown')
    await keeper.set(other, 'cart', { tea: 1 })
    // The worker has a copy, and hears of the other's change in a moment.
    const hasHeard = async (): Promise<boolean> => 'cart' in (await user.browser.session(worker)).attributes
    await waitFor('the worker has heard of the cart', hasHeard)
    await user.browser.set(worker, 'cart', { tea: 1, milk: 1 })
    await user.browser.set(worker, 'colour', 'red')
    expect((await keeper.fetch(other, 'DELETE', '/api/attributes/cart')).status).toBe(204)
    worker.terminate()
    await worker.exited
    const { attributes } = await keeper.session(other)
    expect(attributes).toMatchObject({ user: 'ann', colour: 'red' })
    expect(attributes).not.toHaveProperty('cart')
  })

  test('who logged out elsewhere stays logged out', async () => {
    const { worker, user, keeper } = await begin('shutdown')
    const cookies = await user.browser.cookies(worker)
    await user.browser.set(worker, 'colour', 'red')
    expect((await keeper.logout(other)).status).toBe(204)
    worker.terminate()
    await worker.exited
    const thief = stage.browser()
    await thief.adopt(other, cookies)
    expect(await thief.session(other)).toMatchObject({ isNew: true, id: null, attributes: {} })
  })

  test('a worker that cannot write what waits ends in time, and says of how many sessions', async () => {
    const workers = await Promise.all([begin('shutdown', BUDGET), begin('shutdown', BUDGET)])
    for (const { worker, user } of workers) await user.browser.set(worker, 'colour', 'red')
    await cluster.killAll()
    const from = performance.now()
    for (const { worker } of workers) worker.terminate()
    for (const { worker } of workers) {
      expect(await worker.exited).toEqual({ code: 0, signal: null })
      expect(worker.output).toContain('Changes of 1 sessions could not be written')
    }
    const ms = Math.round(performance.now() - from)
    measured(`the end without a cluster: ${ms} ms`)
    expect(ms).toBeLessThan(LONGEST_END)
  })
})

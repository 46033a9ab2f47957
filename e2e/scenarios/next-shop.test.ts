import { beforeAll, describe, expect, test } from 'vitest'
import { expectLogoutToStand } from '../acts/logout.ts'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { nextShop } from '../harness/next-app.ts'
import { NextBrowser } from '../harness/next-browser.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000

describe.skipIf(!canStartMembers)('the shop on Next.js', () => {
  const stage = new Stage()
  let cluster: Cluster
  let pair: readonly [Worker, Worker]
  /** One on Next.js, one on Express, with the same sessions. */
  let mixed: readonly [Worker, Worker]
  beforeAll(async () => {
    const preparing = stage.cluster({ size: 1 })
    // One after the other: the first builds it.
    const programs = [await nextShop(), await nextShop()] as const
    cluster = await preparing
    const start = (program?: (typeof programs)[number]): Promise<Worker> =>
      stage.worker(cluster, { door: 'middleware', operationTimeout: BUDGET, ...program })
    pair = await Promise.all([start(programs[0]), start(programs[1])])
    mixed = [pair[0], await start()]
    await Promise.all([...pair, mixed[1]].map((worker) => stage.browser().untilServed(worker)))
  }, BUILD_LIMIT)

  test('keeps parallel writes and counts every increment', async () => {
    await expectParallelWritesKept(stage, pair, 40)
    await expectIncrementsCounted(stage, pair, 40)
  })

  test('lets a log-out stand', async () => {
    await expectLogoutToStand(stage, pair)
  })

  test('shares sessions with the shop on Express', async () => {
    const user = await User.logIn(stage.browser(), mixed[0], 'ann')
    await user.ledger.set(mixed[1], 'item', 'book')
    await user.ledger.increment(mixed[0], 'count')
    for (const worker of mixed) expect(await user.contradictions(worker)).toEqual([])
    await expectParallelWritesKept(stage, mixed, 20)
    await expectLogoutToStand(stage, mixed)
  })

  test('is healthy until it drains', async () => {
    const { url } = pair[1]
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/api/none`)).status).toBe(204)
  })

  test('goes on at the other worker with the cart, when the one that took the order is killed', async () => {
    const browser = new NextBrowser()
    expect(await browser.submitForm(pair[0], 'Your name', { user: 'ann' })).toMatchObject({ status: 303 })
    const ordered = await browser.submitForm(pair[0], 'value="coffee"', { item: 'coffee' })
    expect(ordered.text).toMatch(/coffee<!-- -->: <!-- -->1/)
    expect(ordered.text).toContain('<strong>w1</strong>')
    await pair[0].kill()
    const page = await browser.fetch(pair[1], '/')
    expect(page.text).toContain('<strong>w2</strong>')
    expect(page.text).toContain('<strong>ann</strong>')
    expect(page.cookies).toEqual(['shop.sid'])
    // The form is one that the other worker has rendered.
    const again = await browser.submitForm(pair[1], 'value="coffee"', { item: 'coffee' }, ordered.text)
    expect(again.text).toMatch(/coffee<!-- -->: <!-- -->2/)
    expect((await browser.submitForm(pair[1], 'Log out', {})).cookies).toEqual(['shop.sid'])
    expect((await browser.fetch(pair[1], '/')).text).not.toContain('<strong>ann</strong>')
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { BUDGET } from '../harness/budget.ts'
import { nextShop } from '../harness/next-app.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { NOT_STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import type { CastOptions } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

const FRAMEWORKS = ['express', 'koa', 'fastify', 'next'] as const
/** Ms for a build of the shop on Next.js, on a busy machine. */
const BUILD_LIMIT = 600_000

/** How the shop on this framework is started; that on Next.js is built, if need be. */
async function programOf(framework: (typeof FRAMEWORKS)[number]): Promise<CastOptions> {
  return { ...NOT_STICKY, ...(framework === 'next' ? await nextShop() : { framework }) }
}

const PAIRS = FRAMEWORKS.flatMap((first) =>
  FRAMEWORKS.filter((second) => second !== first).map((second) => [first, second] as const),
)

/** Promise 11. Each worker asks the store for every request, so that what one did is seen by the other at once. */
describe.skipIf(!canStartMembers)('one cookie for all frameworks', () => {
  const stage = new Stage()
  const workers = new Map<string, Worker>()
  beforeAll(async () => {
    const cluster = await stage.cluster()
    for (const framework of FRAMEWORKS) {
      const worker = await stage.worker(cluster, { ...(await programOf(framework)), operationTimeout: BUDGET })
      await stage.browser().untilServed(worker)
      workers.set(framework, worker)
    }
  }, BUILD_LIMIT)

  test.each(PAIRS)('a session that began on %s is read, changed and ended on %s', async (first, second) => {
    const [one, two] = [workers.get(first)!, workers.get(second)!]
    const user = await User.logIn(stage.browser(), one, 'ann')
    const before = await user.browser.cookies(one)
    await user.ledger.set(one, 'here', { items: ['book'] })
    await user.ledger.set(two, 'there', [1, 2])
    await user.ledger.increment(one, 'count')
    await user.ledger.increment(two, 'count')
    for (const worker of [one, two]) {
      expect(await user.contradictions(worker)).toEqual([])
      // Attributes, and nothing that belongs to a framework.
      const { attributes } = await user.browser.session(worker)
      expect(Object.keys(attributes).toSorted()).toEqual(['count', 'here', 'there', 'user'])
    }
    expect(await user.browser.cookies(one)).toBe(before)
    expect((await user.browser.logout(two)).status).toBe(204)
    const thief = stage.browser()
    await thief.adopt(one, before)
    expect(await thief.session(one)).toMatchObject({ isNew: true, id: null, attributes: {} })
  })

  test.each(PAIRS)(
    'requests of one session at %s and %s at the same time keep each other’s attributes',
    async (first, second) => {
      const [one, two] = [workers.get(first)!, workers.get(second)!]
      const user = await User.logIn(stage.browser(), one, 'ben')
      const names = Array.from({ length: 10 }, (_, index) => `a${index}`)
      await Promise.all(names.map((name, index) => user.ledger.set(index % 2 === 0 ? one : two, name, index)))
      await Promise.all(names.map((_, index) => user.ledger.increment(index % 2 === 0 ? one : two, 'count')))
      for (const worker of [one, two]) expect(await user.contradictions(worker)).toEqual([])
    },
  )
})

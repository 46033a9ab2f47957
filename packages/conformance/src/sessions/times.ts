import { deepEqual, equal, ok } from 'node:assert/strict'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request } from './sessions-stand.ts'

export const times: Behaviour<SessionsStand> = {
  name: 'times and reads',
  cases: {
    'the time of the last request moves on, and is the same on every worker': async (stand) => {
      const [first, second] = await stand.pair()
      const { id, lastAccessedAt } = await begin(first)
      await stand.pass(100)
      await request(second, id, { n: 1 })
      const [here, there] = [await arrive(first, id), await arrive(second, id)]
      equal(here.lastAccessedAt, there.lastAccessedAt)
      ok(here.lastAccessedAt >= lastAccessedAt + 100_000)
    },

    'the time of the creation is the same on every worker, and stays': async (stand) => {
      const [first, second] = await stand.pair()
      const { id, createdAt } = await begin(first)
      await stand.pass(100)
      await request(second, id, { n: 1 })
      deepEqual([(await arrive(first, id)).createdAt, (await arrive(second, id)).createdAt], [createdAt, createdAt])
    },

    'a request that changes nothing writes nothing': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { cart: { items: [1] } })
      const before = await stand.store.load(id)
      for (const worker of [first, second]) {
        const session = await arrive(worker, id)
        deepEqual({ ...session.data }, { cart: { items: [1] } })
        session.data['cart'] = { items: [1] }
        await session.save()
        await session.touch()
      }
      equal(await stand.store.load(id), before)
    },

    'a request that changes something, however much, is one write': async (stand) => {
      const worker = await stand.worker()
      const { id } = await begin(worker, { a: 1, b: 2 })
      const before = await stand.writesOf(id)
      await request(worker, id, { a: undefined, b: 3, c: 4, d: 5 })
      equal(await stand.writesOf(id), before + 1)
    },

    'a read moves the time of the last request when it is due, in one write, and not before': async (stand) => {
      const [first, second] = await stand.pair({ touchAfter: 60 })
      const { id, lastAccessedAt } = await begin(first)
      const before = await stand.writesOf(id)
      await stand.pass(30)
      await (await arrive(second, id)).touch()
      await stand.pass(31)
      const due = await Promise.all([arrive(first, id), arrive(second, id)])
      await Promise.all(due.map((session) => session.touch()))
      await eventually('the touch is stored', async () => (await arrive(first, id)).lastAccessedAt > lastAccessedAt)
      await (await arrive(first, id)).touch()
      equal(await stand.writesOf(id), before + 1)
    },
  },
}

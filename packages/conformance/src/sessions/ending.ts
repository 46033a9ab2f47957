import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const ending: Behaviour<SessionsStand> = {
  name: 'ending',
  cases: {
    'a session that was ended is gone for every worker, also for one that had just used it': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { user: 'ann' })
      await request(second, id, { cart: [1] })
      equal(await (await arrive(first, id)).end(), true)
      equal(await seenBy(first, id), undefined)
      equal(await seenBy(second, id), undefined)
      equal(await second.load(id), undefined)
    },

    'who comes with the id of an ended session hears that it has ended, and how': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      await first.end(id, 'revoked')
      const opened = await second.open(id)
      equal(opened.kind === 'ended' && opened.reason, 'revoked')
    },

    'a session is ended once: whoever comes later is told so, and it is no error': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      const theirs = await arrive(second, id)
      equal(await first.end(id), true)
      equal(await first.end(id), false)
      equal(await theirs.end(), false)
    },

    'a worker can end a session that it never saw': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      equal(await second.end(id), true)
      equal(await seenBy(first, id), undefined)
    },

    'a request that began before the end saves nothing after it, and is told': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { user: 'ann' })
      const slow = await arrive(second, id)
      await first.end(id)
      slow.data['cart'] = [1]
      await refused('SESSION_ENDED', slow.save())
      await refused(
        'SESSION_ENDED',
        slow.update((data) => (data['n'] = 1)),
      )
      equal(await seenBy(first, id), undefined)
      equal(await seenBy(second, id), undefined)
    },

    'a touch that comes after the end brings nothing back': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      const slow = await arrive(second, id)
      await first.end(id)
      await stand.pass(1000)
      await slow.touch()
      equal(await seenBy(first, id), undefined)
    },

    'a change to a session that vanished from the store makes no new one with only that change': async (stand) => {
      const worker = await stand.worker()
      const session = await begin(worker, { user: 'ann' })
      await stand.store.remove(session.id)
      session.data['cart'] = [1]
      await refused('SESSION_ENDED', session.save())
      equal(await stand.store.load(session.id), undefined)
    },

    'what begins after an end is another session, which holds what it was given and nothing else': async (stand) => {
      const [first, second] = await stand.pair()
      const old = await begin(first, { user: 'ann', cart: [1] })
      await old.end()
      const session = await begin(first, { first: 1, second: 2 })
      notEqual(session.id, old.id)
      deepEqual(await seenBy(second, session.id), { first: 1, second: 2 })
      equal(await seenBy(second, old.id), undefined)
    },

    'a session that was never stored is ended without a trace': async (stand) => {
      const worker = await stand.worker()
      const session = worker.create({ data: { n: 1 } })
      equal(await session.end(), false)
      equal((await stand.entries()).size, 0)
    },

    'what is left of an ended session holds none of its attributes, and is listed nowhere': async (stand) => {
      const worker = await stand.worker()
      const kept = await begin(worker, { user: 'ann' })
      const { id } = await begin(worker, { user: 'bob', secret: 'swordfish' })
      await worker.end(id)
      equal((await stand.store.load(id))?.includes('swordfish') ?? false, false)
      const listed: string[] = []
      for await (const session of worker.sessions()) listed.push(session.id)
      deepEqual(listed, [kept.id])
    },

    'of endings and changes at the same time, on four workers, the end stays': async (stand) => {
      const first = await stand.worker()
      const workers = [first, ...(await stand.workers(3))]
      for (let round = 0; round < 5; round++) {
        const { id } = await begin(first, { n: 0 })
        const views = await Promise.all(workers.map((worker) => arrive(worker, id)))
        const saves = views.map((view, n) => {
          view.data[`n${n}`] = n
          return view.save().catch(() => {})
        })
        await Promise.all([...saves, first.end(id)])
        for (const worker of workers) equal(await seenBy(worker, id), undefined)
      }
    },
  },
}

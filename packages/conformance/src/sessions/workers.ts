import { deepEqual, equal } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const workers: Behaviour<SessionsStand> = {
  name: 'workers that come and go',
  cases: {
    'a session outlives the worker that began it': async (stand) => {
      const first = await stand.worker()
      const { id } = await begin(first, { n: 1 })
      await first.close()
      const second = await stand.worker()
      deepEqual(await seenBy(second, id), { n: 1 })
      await request(second, id, { n: 2 })
      const third = await stand.worker()
      deepEqual(await seenBy(third, id), { n: 2 })
      equal((await arrive(third, id)).isNew, false)
    },

    'a session outlives all workers, and is ended for good by one that comes after them': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      await first.close()
      deepEqual(await seenBy(second, id), { n: 1 })
      await second.close()
      deepEqual([...(await stand.entries()).keys()], [id])
      const [third, fourth] = await stand.pair()
      deepEqual(await seenBy(third, id), { n: 1 })
      equal(await third.end(id), true)
      deepEqual([await seenBy(third, id), await seenBy(fourth, id)], [undefined, undefined])
    },

    'sessions of a worker that is gone go on at another one, all at the same time': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true })
      const ids = await Promise.all([1, 2, 3].map(async (n) => (await begin(first, { n })).id))
      await first.close()
      await Promise.all(ids.map((id, index) => request(second, id, { m: index + 1 })))
      const seen = await Promise.all(ids.map((id) => seenBy(second, id)))
      deepEqual(
        seen,
        [1, 2, 3].map((n) => ({ n, m: n })),
      )
    },

    'a worker that is closed waits for its writes, and refuses others': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first)
      session.data['n'] = 1
      const saving = session.save()
      await first.close()
      await saving
      deepEqual(await seenBy(second, session.id), { n: 1 })
      await refused('MANAGER_CLOSED', first.load(session.id))
      await refused('MANAGER_CLOSED', first.end(session.id))
      session.data['n'] = 2
      await refused('MANAGER_CLOSED', session.save())
      deepEqual(await seenBy(second, session.id), { n: 1 })
    },

    'a worker that is closed ends no session': async (stand) => {
      const [first, second] = await stand.pair()
      const ends: unknown[] = []
      for (const worker of [first, second]) worker.on('destroyed', (event) => ends.push(event))
      const { id } = await begin(first)
      await first.close()
      await first.close()
      deepEqual(ends, [])
      deepEqual(await seenBy(second, id), {})
    },

    'every live session is listed once, whoever stored it': async (stand) => {
      const [first, second] = await stand.pair()
      const ids = [await begin(first), await begin(second), await begin(first)].map(({ id }) => id)
      const listed: string[] = []
      for await (const session of second.sessions()) listed.push(session.id)
      deepEqual(listed.toSorted(), ids.toSorted())
    },

    'a session whose id is about to change is listed once, by the new id': async (stand) => {
      const [first, second] = await stand.pair()
      const ids: string[] = []
      for (let n = 0; n < 5; n++) {
        const session = await begin(first, { n })
        await (n % 2 === 0 ? session.signIn('ann') : session.changeId())
        ids.push(session.id)
      }
      const { id } = await begin(first)
      const list = async (): Promise<string[]> => {
        const listed: string[] = []
        for await (const session of second.sessions()) listed.push(session.id)
        return listed.toSorted()
      }
      deepEqual(await list(), [...ids, id].toSorted())
      for (const shown of ids) await arrive(second, shown)
      deepEqual(await list(), [...ids, id].toSorted())
    },
  },
}

import { deepEqual, equal, ok } from 'node:assert/strict'
import { realPause, refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const concurrency: Behaviour<SessionsStand> = {
  name: 'parallel requests',
  cases: {
    'a slow writer and a reader beside it do not disturb each other': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      const slow = await arrive(first, id)
      slow.data['slow'] = true
      const reader = await arrive(second, id)
      deepEqual({ ...reader.data }, { n: 1 })
      await reader.save()
      await realPause(20)
      await slow.save()
      deepEqual(await seenBy(second, id), { n: 1, slow: true })
    },

    'a slow writer keeps what a fast one saved meanwhile': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1, old: true })
      const slow = await arrive(first, id)
      slow.data['slow'] = true
      await request(second, id, { fast: true, old: undefined })
      await slow.save()
      deepEqual(await seenBy(second, id), { n: 1, slow: true, fast: true })
    },

    'ten workers that each set four attributes at the same time leave forty': async (stand) => {
      const first = await stand.worker()
      const workers = [first, ...(await stand.workers(9))]
      const { id } = await begin(first)
      const views = await Promise.all(workers.flatMap((worker) => [1, 2, 3, 4].map(() => arrive(worker, id))))
      views.forEach((view, n) => (view.data[`name${n}`] = n))
      await Promise.all(views.map((view) => view.save()))
      const expected = Object.fromEntries(views.map((_, n) => [`name${n}`, n]))
      for (const worker of [first, ...workers.slice(-1)]) deepEqual(await seenBy(worker, id), expected)
    },

    'ten workers that each count to five with update() count to fifty together': async (stand) => {
      const first = await stand.worker()
      const workers = [first, ...(await stand.workers(9))]
      const { id } = await begin(first, { n: 0 })
      const counted: unknown[] = []
      const count = async (worker: (typeof workers)[number]): Promise<void> => {
        for (let done = 0; done < 5; done++) {
          const session = await arrive(worker, id)
          counted.push(await session.update((data) => (data['n'] = Number(data['n']) + 1)))
        }
      }
      await Promise.all(workers.map(count))
      deepEqual(await seenBy(first, id), { n: 50 })
      equal(new Set(counted).size, 50, 'every number was answered once')
    },

    'two requests of one worker see and keep what each other saved': async (stand) => {
      const worker = await stand.worker()
      const { id } = await begin(worker)
      const [one, other] = [await arrive(worker, id), await arrive(worker, id)]
      one.data['one'] = 1
      other.data['other'] = 2
      await Promise.all([one.save(), other.save()])
      deepEqual(await seenBy(worker, id), { one: 1, other: 2 })
    },

    'saves of one request that overlap lose nothing': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      const session = await arrive(first, id)
      const saves = Array.from({ length: 5 }, (_, n) => {
        session.data[`name${n}`] = n
        return session.save()
      })
      await Promise.all(saves)
      deepEqual(await seenBy(second, id), { name0: 0, name1: 1, name2: 2, name3: 3, name4: 4 })
    },

    'of two changes of one attribute the later save stays, and both workers agree': async (stand) => {
      const [first, second] = await stand.pair()
      const conflicts: (readonly string[])[] = []
      second.on('conflict', ({ names }) => conflicts.push(names))
      const { id } = await begin(first, { n: 0, other: 0 })
      const [one, two] = [await arrive(first, id), await arrive(second, id)]
      one.data['n'] = 1
      two.data['n'] = 2
      await one.save()
      await two.save()
      deepEqual(await seenBy(first, id), { n: 2, other: 0 })
      deepEqual(await seenBy(second, id), { n: 2, other: 0 })
      deepEqual(conflicts, [['n']])
    },

    'where conflicts are to fail, the later save is refused and changes nothing': async (stand) => {
      const [first, second] = await stand.pair({ conflict: 'fail' })
      const { id } = await begin(first, { n: 0 })
      const slow = await arrive(second, id)
      slow.data['n'] = 2
      slow.data['mine'] = true
      await request(first, id, { n: 1 })
      await refused('SESSION_CONFLICT', slow.save())
      deepEqual(await seenBy(first, id), { n: 1 })
    },

    'a change of id and an end at the same time leave one of both, and no session that nobody knows': async (stand) => {
      for (let round = 0; round < 5; round++) {
        const [first, second] = await stand.pair()
        const session = await begin(first, { round })
        const { id: oldId } = session
        const renamed = await Promise.all([
          session.changeId().then(
            () => true,
            () => false,
          ),
          second.end(oldId),
        ])
        equal(await seenBy(second, oldId), undefined)
        const seen = await seenBy(second, session.id)
        if (renamed[0]) ok(seen === undefined || seen['round'] === round)
        else equal(seen, undefined)
      }
    },
  },
}

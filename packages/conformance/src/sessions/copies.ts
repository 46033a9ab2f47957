import { deepEqual, equal } from 'node:assert/strict'
import type { SessionManager } from '@hazelcast-session/core'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { begin, request, seenBy } from './sessions-stand.ts'

export const copies: Behaviour<SessionsStand> = {
  name: 'sessions that are bound to workers',
  cases: {
    'what one worker changed or ended another one sees, though it has a copy': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true, stalePeriod: 3600 })
      const { id } = await begin(first, { n: 1 })
      deepEqual(await seenAtHome(first, id), { n: 1 })
      await request(second, id, { n: 2 })
      await eventually('the change is seen', async () => (await seenAtHome(first, id))?.['n'] === 2)
      // Written here again, so that there is a copy that may be served.
      await request(first, id, { n: 3 })
      await second.end(id)
      await eventually('the end is seen', async () => (await seenAtHome(first, id)) === undefined)
    },

    'a change on top of a copy loses nothing of what it did not know': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true, stalePeriod: 3600 })
      const { id } = await begin(first, { n: 1 })
      const opened = await first.open(id, first.worker.name)
      await request(second, id, { far: true })
      if (opened.kind === 'live') {
        opened.session.data['near'] = true
        await opened.session.save()
      }
      deepEqual(await seenBy(second, id), { n: 1, far: true, near: true })
    },

    'a session whose copy had to make room is read from the store again, as it was': async (stand) => {
      const worker = await stand.worker({ sticky: true, maxLocalSessions: 1 })
      const { id } = await begin(worker, { n: 1 })
      await begin(worker, { n: 2 })
      deepEqual(await seenAtHome(worker, id), { n: 1 })
    },

    'a worker that comes back under its name serves what was stored meanwhile': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true })
      const { id } = await begin(first, { n: 1 })
      await first.close()
      await request(second, id, { n: 2 })
      const back = await stand.worker({ sticky: true, workerName: first.worker.name })
      deepEqual(await seenAtHome(back, id), { n: 2 })
      await request(back, id, { n: 3 })
      deepEqual(await seenBy(second, id), { n: 3 })
    },

    'a change that waits to be written makes no room for another one, which is written at once': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true, savePeriod: 'shutdown', maxLocalSessions: 1 })
      const waits = await begin(first, { n: 1 })
      const next = await begin(first, { n: 1 })
      for (const session of [waits, next]) {
        session.data['n'] = 2
        await session.commit()
      }
      deepEqual([await seenBy(second, waits.id), await seenBy(second, next.id)], [{ n: 1 }, { n: 2 }])
      deepEqual(await seenAtHome(first, waits.id), { n: 2 })
      await first.close()
      deepEqual(await seenBy(second, waits.id), { n: 2 })
    },

    'a transient attribute stays at its worker, and is in no store': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true, transientAttributes: ['open'] })
      const session = await begin(first, { n: 1 })
      session.data['open'] = true
      await session.save()
      deepEqual(await seenAtHome(first, session.id), { n: 1, open: true })
      deepEqual(await seenBy(second, session.id), { n: 1 })
      equal((await stand.store.load(session.id))?.includes('"open"'), false)
    },
  },
}

/** What a request sees whose cookie names this worker. */
async function seenAtHome(worker: SessionManager, id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const opened = await worker.open(id, worker.worker.name)
  return opened.kind === 'live' ? { ...opened.session.data } : undefined
}

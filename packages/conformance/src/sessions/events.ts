import { deepEqual, equal } from 'node:assert/strict'
import type { SessionManager } from '@hazelcast-session/core'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const events: Behaviour<SessionsStand> = {
  name: 'events',
  cases: {
    'a session is told of as created once, by the worker that stored it first': async (stand) => {
      const [first, second] = await stand.pair()
      const heard = [heardBy(first), heardBy(second)]
      const { id } = await begin(first, { n: 1 })
      await request(second, id, { n: 2 })
      await request(first, id, { n: 3 })
      deepEqual(heard, [['created'], []])
    },

    'a session is told of as destroyed once, by the worker that ended it, with its last attributes': async (stand) => {
      const [first, second] = await stand.pair()
      const last: unknown[] = []
      second.on('destroyed', ({ reason, session }) => last.push(reason, session.id, { ...session.attributes }))
      const heard = heardBy(first)
      const { id } = await begin(first, { user: 'ann' })
      await request(second, id, { cart: [1] })
      await second.end(id)
      await first.end(id)
      deepEqual(heard, ['created'])
      deepEqual(last, ['invalidated', id, { user: 'ann', cart: [1] }])
    },

    'of four workers that end a session at the same time one tells of it': async (stand) => {
      const first = await stand.worker()
      const workers = [first, ...(await stand.workers(3))]
      const ends: unknown[] = []
      for (const worker of workers) worker.on('destroyed', ({ session }) => ends.push(session.id))
      const { id } = await begin(first)
      const results = await Promise.all(workers.map((worker) => worker.end(id)))
      equal(results.filter(Boolean).length, 1)
      deepEqual(ends, [id])
    },

    'a change of id is told of with both ids, and is no end and no beginning': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first)
      const heard = [heardBy(first), heardBy(second)]
      const { id: oldId } = session
      const ids: string[] = []
      first.on('idChanged', ({ session: changed, previousId }) => ids.push(previousId, changed.id))
      await session.changeId()
      await seenBy(second, session.id)
      deepEqual(ids, [oldId, session.id])
      deepEqual(heard, [['idChanged'], []])
    },

    'a change that came too late is told of by its names, and not by its values': async (stand) => {
      const [first, second] = await stand.pair()
      const late: unknown[] = []
      second.on('lateWrite', (event) => late.push(event))
      const { id } = await begin(first)
      const slow = await arrive(second, id)
      await first.end(id)
      slow.data['secret'] = 'swordfish'
      await refused('SESSION_ENDED', slow.save())
      deepEqual(late, [{ names: ['secret'] }])
    },

    'a listener that fails keeps neither the save nor the other listeners from their work': async (stand) => {
      const worker = await stand.worker()
      const heard: string[] = []
      worker.on('created', () => {
        throw new Error('a listener that throws')
      })
      worker.on('created', () => Promise.reject(new Error('a listener that rejects')))
      worker.on('created', () => heard.push('created'))
      const { id } = await begin(worker, { n: 1 })
      deepEqual(await seenBy(worker, id), { n: 1 })
      deepEqual(heard, ['created'])
    },

    'a listener that was taken off hears nothing': async (stand) => {
      const worker = await stand.worker()
      const heard: string[] = []
      const listener = (): unknown => heard.push('created')
      worker.on('created', listener).off('created', listener)
      await begin(worker)
      deepEqual(heard, [])
    },
  },
}

function heardBy(worker: SessionManager): string[] {
  const heard: string[] = []
  for (const name of ['created', 'destroyed', 'idChanged', 'conflict', 'lateWrite'] as const) {
    worker.on(name, () => heard.push(name))
  }
  return heard
}

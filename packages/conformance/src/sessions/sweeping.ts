import { deepEqual, equal, ok } from 'node:assert/strict'
import type { SessionEventMap, SessionManager } from '@hazelcast-session/core'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

const OPTIONS = { maxInactiveInterval: 600, touchAfter: 30 }
/** Seconds after which a session of these options is due, by every clock. */
const DUE = 600 + 30 + 2 + 5 + 1

export const sweeping: Behaviour<SessionsStand> = {
  name: 'ending what expired',
  cases: {
    'an expired session is ended with an event of its last attributes, and leaves the store': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const heard = destroyedBy(worker)
      const { id } = await begin(worker, { n: 1 })
      await request(worker, id, { n: 2 })
      await stand.pass(DUE)
      await sweptUntil(worker, () => heard.length > 0)
      deepEqual(
        heard.map(({ reason, session }) => [reason, session.id, { ...session.attributes }]),
        [['expired', id, { n: 2 }]],
      )
      await eventually('the store is empty', async () => (await stand.entries()).size === 0)
    },

    'a session that has not expired is left alone': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const heard = destroyedBy(worker)
      const { id } = await begin(worker)
      await stand.pass(600)
      await worker.sweep()
      deepEqual(heard, [])
      ok(await seenBy(worker, id))
    },

    'sessions of workers that are gone are ended by those that are left': async (stand) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first, { n: 1 })
      await first.close()
      const heard = destroyedBy(second)
      await stand.pass(DUE)
      await sweptUntil(second, () => heard.length > 0)
      deepEqual(
        heard.map(({ session }) => session.id),
        [id],
      )
    },

    'of workers that sweep at the same time each session is ended by one': async (stand) => {
      const first = await stand.worker(OPTIONS)
      const workers = [first, ...(await stand.workers(3, OPTIONS))]
      const heard = workers.map((worker) => destroyedBy(worker))
      const sessions = await Promise.all(Array.from({ length: 30 }, (_, n) => begin(first, { n })))
      await stand.pass(DUE)
      const all = async (): Promise<boolean> => {
        await Promise.all(workers.map((worker) => worker.sweep()))
        return heard.flat().length >= sessions.length
      }
      await eventually('all are ended', all)
      await Promise.all(workers.map((worker) => worker.sweep()))
      const ended = heard.flat().map(({ session }) => session.id)
      deepEqual(ended.toSorted(), sessions.map(({ id }) => id).toSorted())
    },

    'a session that another worker keeps alive is ended by nobody': async (stand) => {
      const [first, second] = await stand.pair(OPTIONS)
      const heard = [destroyedBy(first), destroyedBy(second)]
      const { id } = await begin(first)
      for (let round = 0; round < 3; round++) {
        await stand.pass(400)
        await request(second, id, { round })
        await first.sweep()
      }
      deepEqual(heard.flat(), [])
      deepEqual(await seenBy(first, id), { round: 2 })
    },

    "a session's own interval counts for the sweep too": async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const heard = destroyedBy(worker)
      const short = await begin(worker)
      short.maxInactiveInterval = 60
      await short.save()
      const long = await begin(worker)
      long.maxInactiveInterval = 5000
      await long.save()
      await stand.pass(60 + 30 + 2 + 5 + 1)
      await sweptUntil(worker, () => heard.length > 0)
      await stand.pass(DUE)
      await worker.sweep()
      deepEqual(
        heard.map(({ session }) => session.id),
        [short.id],
      )
      equal((await arrive(worker, long.id)).maxInactiveInterval, 5000)
    },

    'what is no session is not swept away': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const heard = destroyedBy(worker)
      const texts = ['{"expiresAt":1}', '{"format":99,"expiresAt":1}', '{"format":0,"holder":"x","expiresAt":1}']
      for (const [n, text] of texts.entries()) await stand.store.create(`other-${n}`, text, { seconds: 5000 })
      const { id } = await begin(worker)
      await stand.pass(DUE)
      await sweptUntil(worker, () => heard.length > 0)
      deepEqual(
        heard.map(({ session }) => session.id),
        [id],
      )
      for (const [n, text] of texts.entries()) equal(await stand.store.load(`other-${n}`), text)
    },

    'an ended session is not ended again when its time is over': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const heard = destroyedBy(worker)
      const { id } = await begin(worker)
      await worker.end(id)
      await stand.pass(DUE)
      await worker.sweep()
      deepEqual(
        heard.map(({ reason }) => reason),
        ['invalidated'],
      )
      equal(await seenBy(worker, id), undefined)
    },
  },
}

function destroyedBy(worker: SessionManager): SessionEventMap['destroyed'][] {
  const heard: SessionEventMap['destroyed'][] = []
  worker.on('destroyed', (event) => heard.push(event))
  return heard
}

/** A sweep gives way to one that another worker is at. */
function sweptUntil(worker: SessionManager, isDone: () => boolean): Promise<void> {
  return eventually('the sweep is done', async () => {
    await worker.sweep()
    return isDone()
  })
}

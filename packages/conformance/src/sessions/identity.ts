import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const identity: Behaviour<SessionsStand> = {
  name: 'ids',
  cases: {
    'a session is new until it is stored, and never again, on no worker': async (stand) => {
      const [first, second] = await stand.pair()
      const session = first.create()
      equal(session.isNew, true)
      await session.save()
      equal(session.isNew, false)
      equal((await arrive(first, session.id)).isNew, false)
      equal((await arrive(second, session.id)).isNew, false)
    },

    'an id that nobody gave out opens nothing, makes nothing and stays nothing': async (stand) => {
      const worker = await stand.worker()
      for (const id of [worker.idPolicy.generate(), 'made up', '', 'x'.repeat(5000), '__proto__', 'HZ0.w1']) {
        deepEqual(await worker.open(id), { kind: 'none' })
        equal(await worker.load(id), undefined)
        equal(await worker.end(id), false)
      }
      equal((await stand.entries()).size, 0)
    },

    'ids are unlike each other, on every worker, and have one form': async (stand) => {
      const [first, second] = await stand.pair()
      const ids = Array.from({ length: 500 }, () => [first.create().id, second.create().id]).flat()
      equal(new Set(ids).size, 1000)
      for (const id of ids) match(id, /^HZ[0-9A-F]{32}$/)
    },

    'a session that was begun and never saved is in no store': async (stand) => {
      const worker = await stand.worker()
      const session = worker.create({ data: { n: 1 } })
      equal(await worker.load(session.id), undefined)
      equal((await stand.entries()).size, 0)
    },

    'a new id keeps the attributes and what was not saved yet, and the old one leads nowhere': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first, { user: 'ann' })
      const { id: oldId } = session
      session.data['cart'] = [1]
      await session.changeId()
      notEqual(session.id, oldId)
      deepEqual(await seenBy(second, session.id), { user: 'ann', cart: [1] })
      equal(await seenBy(first, oldId), undefined)
      equal(await seenBy(second, oldId), undefined)
      equal(await first.load(oldId), undefined)
    },

    'after a change of id the session goes on as one: with its age, its settings and one entry': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first, { n: 1 })
      const { createdAt } = session
      session.maxInactiveInterval = 500
      await stand.pass(10)
      await session.changeId()
      session.data['n'] = 2
      await session.save()
      const there = await arrive(second, session.id)
      deepEqual([there.createdAt, there.maxInactiveInterval, there.data['n']], [createdAt, 500, 2])
      const live = [...(await stand.entries())].filter(([, entry]) => entry['ended'] === undefined)
      deepEqual(
        live.map(([id]) => id),
        [session.id],
      )
    },

    'what others save under the old id, until somebody shows the new one, is not lost': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first, { n: 1 })
      const { id: oldId } = session
      await session.changeId()
      await request(second, oldId, { late: true })
      deepEqual(await seenBy(second, session.id), { n: 1, late: true })
      equal(await seenBy(second, oldId), undefined)
    },

    'a sign-in gives a new id, notes whose the session is, and keeps its attributes': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first, { cart: [1] })
      const { id: oldId } = session
      await session.signIn('ann')
      notEqual(session.id, oldId)
      const there = await arrive(second, session.id)
      equal(there.principal, 'ann')
      deepEqual({ ...there.data }, { cart: [1] })
      equal(await seenBy(second, oldId), undefined)
    },

    'an id that stood for somebody who was signed in is dead at once when it changes': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first)
      await session.signIn('ann')
      const signedIn = await arrive(second, session.id)
      const { id: oldId } = signedIn
      await signedIn.changeId()
      deepEqual(await seenBy(first, oldId), undefined)
      equal((await arrive(first, signedIn.id)).principal, 'ann')
    },

    'a session that was ended meanwhile gets no new id': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first)
      await second.end(session.id)
      await refused('SESSION_ENDED', session.changeId())
      const live = [...(await stand.entries()).values()].filter(({ ended }) => ended === undefined)
      deepEqual(live, [])
    },
  },
}

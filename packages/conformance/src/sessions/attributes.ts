import { deepEqual, equal } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

export const attributes: Behaviour<SessionsStand> = {
  name: 'attributes',
  cases: {
    'an attribute that one worker saved is read there and on every other': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { user: 'ann' })
      deepEqual(await seenBy(first, id), { user: 'ann' })
      deepEqual(await seenBy(second, id), { user: 'ann' })
    },

    'an attribute that another worker changed is read as it is now': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { user: 'ann' })
      await request(second, id, { user: 'bob' })
      deepEqual(await seenBy(first, id), { user: 'bob' })
      deepEqual(await seenBy(second, id), { user: 'bob' })
    },

    'an attribute that another worker added stands beside those that were there': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { a: 1 })
      await request(second, id, { b: 2 })
      await request(first, id, { c: 3 })
      deepEqual(await seenBy(second, id), { a: 1, b: 2, c: 3 })
    },

    'an attribute that one worker removed is gone on every other, and can be set again': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { user: 'ann', cart: [1] })
      const session = await arrive(second, id)
      delete session.data['user']
      await session.save()
      deepEqual(await seenBy(first, id), { cart: [1] })
      await request(first, id, { user: 'bob' })
      deepEqual(await seenBy(second, id), { user: 'bob', cart: [1] })
    },

    'an attribute that is set to undefined is removed, and one that is set to null is null': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { a: 1, b: 2 })
      await request(second, id, { a: undefined, b: null })
      deepEqual(await seenBy(first, id), { b: null })
    },

    'the names are those of the attributes, and to read an absent one makes no name': async (stand) => {
      const [first, second] = await stand.pair()
      const session = await begin(first)
      deepEqual(Object.keys((await arrive(second, session.id)).data), [])
      await request(second, session.id, { key: 1 })
      const now = await arrive(first, session.id)
      equal(now.data['other'], undefined)
      equal('other' in now.data, false)
      await now.save()
      deepEqual(Object.keys((await arrive(second, session.id)).data), ['key'])
      await request(second, session.id, { key: undefined })
      deepEqual(Object.keys((await arrive(first, session.id)).data), [])
    },

    'an attribute that a worker looked for in vain is found when it has been written elsewhere': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      equal((await arrive(first, id)).data['user'], undefined)
      await request(second, id, { user: 'ann' })
      equal((await arrive(first, id)).data['user'], 'ann')
    },

    'what a request has set it reads back before it is saved, and nobody else does': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      const session = await arrive(second, id)
      session.data['n'] = 2
      equal(session.data['n'], 2)
      deepEqual(await seenBy(first, id), { n: 1 })
      await session.save()
      equal(session.data['n'], 2)
      deepEqual(await seenBy(first, id), { n: 2 })
    },

    'a request that is over without a save leaves nothing behind': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      const session = await arrive(second, id)
      session.data['n'] = 2
      deepEqual(await seenBy(second, id), { n: 1 })
    },

    'a session is one entry in the store, with however many attributes, and stays one without any': async (stand) => {
      const worker = await stand.worker()
      const { id } = await begin(worker, { a: 1, b: 2, c: 3 })
      deepEqual([...(await stand.entries()).keys()], [id])
      await request(worker, id, { a: undefined, b: undefined, c: undefined })
      deepEqual([...(await stand.entries()).keys()], [id])
      deepEqual(await seenBy(worker, id), {})
    },

    'a session without attributes is stored and found like any other': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first)
      deepEqual(await seenBy(second, id), {})
    },

    'a change inside an attribute counts like an assignment': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { cart: { items: [{ n: 1 }] } })
      const session = await arrive(second, id)
      Reflect.set(Object(session.data['cart']), 'coupon', 'X')
      await session.save()
      deepEqual(await seenBy(first, id), { cart: { items: [{ n: 1 }], coupon: 'X' } })
    },

    'all attributes can be replaced at once, and nothing else is left': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { a: 1, b: 2 })
      const session = await arrive(second, id)
      session.replaceData({ b: 3, c: 4 })
      await session.save()
      deepEqual(await seenBy(first, id), { b: 3, c: 4 })
    },

    'two sessions of one worker have nothing in common': async (stand) => {
      const [first, second] = await stand.pair()
      const ann = await begin(first, { user: 'ann' })
      const bob = await begin(first, { user: 'bob' })
      await request(second, ann.id, { cart: [1] })
      deepEqual(await seenBy(first, ann.id), { user: 'ann', cart: [1] })
      deepEqual(await seenBy(first, bob.id), { user: 'bob' })
    },
  },
}

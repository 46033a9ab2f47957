import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { AdapterStand } from './adapter-stand.ts'
import { Visitor } from './visitor.ts'

export const sessions: Behaviour<AdapterStand> = {
  name: 'sessions',
  cases: {
    'a request that puts nothing into its session gets no cookie, and nothing is stored': async (stand) => {
      const worker = await stand.worker()
      const looked = await stand.visit(worker, async ({ session }) => Reflect.get(session, 'user') ?? null)
      const not = await stand.visit(worker, async () => 'fine')
      deepEqual([looked.status, looked.setCookies, not.status, not.setCookies], [200, [], 200, []])
      equal(stand.store.writes, 0)
    },

    'the first attribute brings the cookie, and no later one another': async (stand) => {
      const worker = await stand.worker()
      const first = await stand.set(worker, 'user', 'ann')
      equal(first.setCookies.length, 1)
      const later = [await stand.set(worker, 'user', 'bob'), await stand.set(worker, 'cart', [1])]
      deepEqual(
        later.flatMap(({ setCookies }) => setCookies),
        [],
      )
      deepEqual(await stand.read(worker, ['user', 'cart']), ['bob', [1]])
    },

    'attributes that one worker saved are read on every other, and by nobody else': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      deepEqual(await stand.read(second, ['user']), ['ann'])
      deepEqual(await stand.read(second, ['user'], new Visitor()), [null])
    },

    'an attribute that is deleted is gone on every worker': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      await stand.set(first, 'cart', 1)
      await stand.visit(second, async ({ session }) => void Reflect.deleteProperty(session, 'user'))
      deepEqual(await stand.read(first, ['user', 'cart']), [null, 1])
    },

    'a change inside an attribute counts like an assignment': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'cart', { items: ['a'] })
      await stand.visit(second, async ({ session }) => {
        Reflect.get(Object(Reflect.get(session, 'cart')), 'items').push('b')
      })
      deepEqual(await stand.read(first, ['cart']), [{ items: ['a', 'b'] }])
    },

    'a session is new until it is stored': async (stand) => {
      const worker = await stand.worker()
      const isNew = async (): Promise<unknown> => (await stand.visit(worker, async (visit) => visit.isNew)).json
      equal(await isNew(), true)
      await stand.set(worker, 'user', 'ann')
      equal(await isNew(), false)
    },

    'every browser has an id of its own, and keeps it': async (stand) => {
      const [first, second] = await stand.pair()
      const other = new Visitor()
      await stand.set(first, 'user', 'ann')
      await stand.set(first, 'user', 'bob', other)
      const id = await stand.id(first)
      ok(typeof id === 'string' && /^HZ[0-9A-F]{32}$/.test(id))
      equal(await stand.id(second), id)
      notEqual(await stand.id(first, other), id)
    },

    'a request that only reads writes nothing': async (stand) => {
      const worker = await stand.worker({ touchAfter: 60 })
      await stand.set(worker, 'cart', { items: [1] })
      const { writes } = stand.store
      for (let request = 0; request < 3; request++) await stand.read(worker, ['cart'])
      equal(stand.store.writes, writes)
    },

    'a request asks the store once, and one without our cookie not at all': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const { loads } = stand.store
      await stand.read(worker, ['user', 'user'])
      equal(stand.store.loads, loads + 1)
      await stand.read(worker, ['user'], new Visitor())
      equal(stand.store.loads, loads + 1)
    },

    'a request that a request makes has the same session, and both keep what they set': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      await stand.visit(worker, async ({ session }) => {
        Reflect.set(session, 'outer', 1)
        await stand.set(worker, 'inner', 2, stand.visitor.clone())
      })
      deepEqual(await stand.read(worker, ['user', 'outer', 'inner']), ['ann', 1, 2])
    },
  },
}

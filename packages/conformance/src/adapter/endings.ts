import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { VisitAnswer } from './adapter-harness.ts'
import type { AdapterStand } from './adapter-stand.ts'

export const endings: Behaviour<AdapterStand> = {
  name: 'log-in and log-out',
  cases: {
    'a log-in changes the id and keeps the data; the old id is nobody’s': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'cart', 1)
      const id = await stand.id(first)
      const before = stand.visitor.clone()
      const { setCookies } = await stand.visit(first, ({ signIn }) => signIn('ann'))
      equal(setCookies.length, 1)
      deepEqual(await stand.read(second, ['cart']), [1])
      notEqual(await stand.id(second), id)
      deepEqual(await stand.read(second, ['cart'], before), [null])
    },

    'an id can be changed without a log-in': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'cart', 1)
      const id = await stand.id(first)
      await stand.visit(first, ({ changeId }) => changeId())
      deepEqual(await stand.read(second, ['cart']), [1])
      notEqual(await stand.id(second), id)
    },

    'what the same request sets after its log-in is kept': async (stand) => {
      const worker = await stand.worker()
      await stand.visit(worker, async ({ session, signIn }) => {
        Reflect.set(session, 'before', 1)
        await signIn('ann')
        Reflect.set(session, 'after', 2)
      })
      deepEqual(await stand.read(worker, ['before', 'after']), [1, 2])
    },

    'a log-out ends the session on every worker, and clears the cookie': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      const before = stand.visitor.clone()
      const { status } = await stand.visit(first, ({ signOut }) => signOut())
      equal(status, 200)
      equal(stand.visitor.cookies.size, 0)
      deepEqual(await stand.read(second, ['user'], before), [null])
    },

    'a slow request that began before a log-out brings nothing back': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      const before = stand.visitor.clone()
      const { status, setCookies } = await stand.visit(
        first,
        async ({ session }) => {
          Reflect.set(session, 'late', true)
          await stand.visit(second, ({ signOut }) => signOut(), undefined, before.clone())
        },
        undefined,
        before,
      )
      deepEqual([status, setCookies], [200, []])
      deepEqual(await stand.read(second, ['user', 'late'], before), [null, null])
    },

    'a redirect is answered although its session ended meanwhile': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      const { status, headers, setCookies } = await stand.visit(first, async ({ session }): Promise<VisitAnswer> => {
        Reflect.set(session, 'late', true)
        await stand.visit(second, ({ signOut }) => signOut(), undefined, stand.visitor.clone())
        return { kind: 'redirect', to: '/elsewhere' }
      })
      deepEqual([Math.trunc(status / 100), headers.get('location'), setCookies], [3, '/elsewhere', []])
    },

    'an update after a log-out elsewhere is refused': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      const { status } = await stand.visit(first, async ({ session, update }) => {
        Reflect.get(session, 'user')
        await stand.visit(second, ({ signOut }) => signOut(), undefined, stand.visitor.clone())
        await update(() => {})
      })
      equal(status, 409)
    },

    'a change with an id that was just replaced is refused, and the browser keeps its new cookie': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const before = stand.visitor.clone()
      await stand.visit(worker, ({ signIn }) => signIn('ann'))
      // Until somebody shows the new id, the old one is good: its answer may have been lost.
      await stand.read(worker, ['user'])
      const { status, setCookies } = await stand.visit(
        worker,
        async ({ session }) => void Reflect.set(session, 'late', true),
        undefined,
        before,
      )
      deepEqual([status, setCookies], [409, []])
      deepEqual(await stand.read(worker, ['user', 'late']), ['ann', null])
    },

    'whoever logged out begins anew': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const id = await stand.id(worker)
      await stand.visit(worker, ({ signOut }) => signOut())
      await stand.set(worker, 'user', 'bob')
      notEqual(await stand.id(worker), id)
      deepEqual(await stand.read(worker, ['user']), ['bob'])
    },

    'one answer has one cookie, whatever becomes of the id': async (stand) => {
      const worker = await stand.worker()
      const { setCookies } = await stand.visit(worker, async ({ session, signIn, changeId }) => {
        Reflect.set(session, 'before', 1)
        await signIn('ann')
        await changeId()
        Reflect.set(session, 'after', 2)
      })
      equal(setCookies.length, 1)
      deepEqual(await stand.read(worker, ['before', 'after']), [1, 2])
    },

    'a session that ends in the request that began it leaves no cookie': async (stand) => {
      const worker = await stand.worker()
      const { status } = await stand.visit(worker, async ({ session, signOut }) => {
        Reflect.set(session, 'user', 'ann')
        await signOut()
      })
      deepEqual([status, stand.visitor.cookies.size], [200, 0])
      equal(await stand.id(worker), null)
    },

    'two log-outs at once end one session, once': async (stand) => {
      const [first, second] = await stand.pair()
      const ended: unknown[] = []
      for (const { manager } of [first, second]) manager.on('destroyed', (event) => void ended.push(event))
      await stand.set(first, 'user', 'ann')
      const [one, two] = [stand.visitor.clone(), stand.visitor.clone()]
      const answers = await Promise.all([
        stand.visit(first, ({ signOut }) => signOut(), undefined, one),
        stand.visit(second, ({ signOut }) => signOut(), undefined, two),
      ])
      ok(answers.every(({ status }) => status === 200))
      equal(ended.length, 1)
    },
  },
}

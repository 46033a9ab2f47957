import { deepEqual, equal, ok } from 'node:assert/strict'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { Visit } from './adapter-harness.ts'
import type { AdapterStand } from './adapter-stand.ts'

export const failures: Behaviour<AdapterStand> = {
  name: 'a store that is away',
  cases: {
    'a request that needs its session is a 503 that says when to come back': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      stand.store.isDown = true
      const answer = await stand.visit(worker, async ({ session }) => Reflect.get(session, 'user'))
      equal(answer.status, 503)
      ok(Number(answer.headers.get('retry-after')) > 0)
      deepEqual(answer.setCookies, [])
    },

    'a request that does not is served': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      stand.store.isDown = true
      const { status, json } = await stand.visit(worker, async () => 'fine')
      deepEqual([status, json], [200, 'fine'])
    },

    'a change that was not confirmed is a 503, and no cookie speaks of it': async (stand) => {
      const worker = await stand.worker()
      const { status, headers, setCookies, text } = await stand.visit(worker, async ({ session }) => {
        Reflect.set(session, 'user', 'ann')
        stand.store.isDown = true
        return 'the answer of a request that was saved'
      })
      equal(status, 503)
      ok(Number(headers.get('retry-after')) > 0)
      deepEqual(setCookies, [])
      ok(!text.includes('the answer of a request that was saved'))
    },

    'a log-out that was not confirmed is a 503': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const { status } = await stand.visit(worker, async ({ session, signOut }) => {
        Reflect.get(session, 'user')
        stand.store.isDown = true
        await signOut()
      })
      equal(status, 503)
      stand.store.isDown = false
      deepEqual(await stand.read(worker, ['user']), ['ann'])
    },

    'what fails is a 503 and no unhandled rejection, though nobody waits for it': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const asked: Readonly<Record<string, (visit: Visit) => Promise<unknown>>> = {
        signOut: ({ signOut }) => signOut(),
        signIn: ({ signIn }) => signIn('ann'),
        changeId: ({ changeId }) => changeId(),
        update: ({ update }) => update((data) => void (data['user'] = 'bob')),
      }
      for (const [name, ask] of Object.entries(asked)) {
        const { status, setCookies } = await stand.visit(worker, async (visit) => {
          Reflect.get(visit.session, 'user')
          stand.store.isDown = true
          void ask(visit)
          // It has failed by now.
          await eventually('the failure', async () => stand.store.refused > 0)
          await new Promise((resolve) => setImmediate(resolve))
        })
        stand.store.isDown = false
        deepEqual([name, status, setCookies], [name, 503, []])
      }
      deepEqual(await stand.read(worker, ['user']), ['ann'])
    },

    'when it is back, everything is as it was': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      stand.store.isDown = true
      await stand.visit(worker, async ({ session }) => Reflect.get(session, 'user'))
      stand.store.isDown = false
      deepEqual(await stand.read(worker, ['user']), ['ann'])
    },
  },
}

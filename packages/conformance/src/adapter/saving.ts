import { deepEqual, equal, ok } from 'node:assert/strict'
import type { SavePeriod } from '@hazelcast-session/core'
import type { Behaviour } from '../suite.ts'
import type { AdapterStand, StandWorker } from './adapter-stand.ts'

/** Lets everybody pass when so many have come. */
function meeting(size: number): () => Promise<void> {
  let present = 0
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return async () => {
    present++
    if (present === size) open()
    await opened
  }
}

function count(data: Record<string, unknown>): number {
  const value = Number(data['count'] ?? 0) + 1
  data['count'] = value
  return value
}

async function eachSets(stand: AdapterStand, workers: readonly StandWorker[], names: readonly string[]): Promise<void> {
  const met = meeting(names.length)
  const answers = await Promise.all(
    names.map((name, index) => {
      const worker = workers[index % workers.length]
      ok(worker)
      const visitor = stand.visitor.clone()
      const set = async ({ session }: { readonly session: object }): Promise<void> => {
        Reflect.set(session, name, index)
        await met()
      }
      return stand.visit(worker, set, undefined, visitor)
    }),
  )
  deepEqual(
    answers.map(({ status }) => status),
    names.map(() => 200),
  )
}

/** Expects that a change of a stored session is not written before the worker closes. */
async function expectLater(stand: AdapterStand, savePeriod: SavePeriod): Promise<void> {
  const [first, second] = await stand.pair({ sticky: true, savePeriod })
  await stand.set(first, 'user', 'ann')
  const { writes } = stand.store
  await stand.set(first, 'user', 'bob')
  deepEqual(await stand.read(first, ['user']), ['bob'])
  equal(stand.store.writes, writes)
  await first.manager.close()
  deepEqual(await stand.read(second, ['user']), ['bob'])
}

export const saving: Behaviour<AdapterStand> = {
  name: 'saving',
  cases: {
    'requests that run at the same time keep each other’s attributes, on any worker': async (stand) => {
      const workers = await stand.pair()
      await stand.set(workers[0], 'user', 'ann')
      const names = Array.from({ length: 10 }, (_, index) => `a${index}`)
      await eachSets(stand, workers, names)
      deepEqual(await stand.read(workers[1], ['user', ...names]), ['ann', ...names.keys()])
    },

    'one that only looked overwrites nothing': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'cart', 1)
      await stand.visit(first, async ({ session }) => {
        Reflect.get(session, 'cart')
        await stand.set(second, 'cart', 2, stand.visitor.clone())
      })
      deepEqual(await stand.read(first, ['cart']), [2])
    },

    'updates from everywhere are all counted': async (stand) => {
      const workers = await stand.pair()
      await stand.set(workers[0], 'user', 'ann')
      const results = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const worker = workers[index % 2] ?? workers[0]
          return stand.visit(worker, ({ update }) => update(count), undefined, stand.visitor.clone())
        }),
      )
      const numbers = results.map(({ json }) => Number(json)).toSorted((a, b) => a - b)
      deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      deepEqual(await stand.read(workers[0], ['count']), [10])
    },

    'an update begins a session where there is none': async (stand) => {
      const worker = await stand.worker()
      const { json, setCookies } = await stand.visit(worker, ({ update }) => update(count))
      deepEqual([json, setCookies.length], [1, 1])
      deepEqual(await stand.read(worker, ['count']), [1])
    },

    'an update sees what the request has set, and the request what the update did': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'count', 1)
      const { json } = await stand.visit(worker, async ({ session, update }) => {
        Reflect.set(session, 'count', 5)
        return [await update(count), Reflect.get(session, 'count')]
      })
      deepEqual(json, [6, 6])
    },

    'savePeriod "dirty": a request that changes something is written once, at its end': async (stand) => {
      const worker = await stand.worker({ savePeriod: 'dirty' })
      await stand.set(worker, 'user', 'ann')
      const { writes } = stand.store
      const { json } = await stand.visit(worker, async ({ session }) => {
        Reflect.set(session, 'user', 'bob')
        Reflect.set(session, 'cart', 1)
        return stand.store.writes
      })
      deepEqual([json, stand.store.writes], [writes, writes + 1])
    },

    'savePeriod "shutdown": a change is seen here, and written when the worker closes': (stand) =>
      expectLater(stand, 'shutdown'),

    'savePeriod { every }: a change is seen here, and written when its time has come, or the worker closes': (stand) =>
      expectLater(stand, { every: 3600 }),

    'savePeriod "always": a request that changes nothing is written, too': async (stand) => {
      const worker = await stand.worker({ savePeriod: 'always' })
      await stand.set(worker, 'user', 'ann')
      const { writes } = stand.store
      await stand.read(worker, ['user'])
      ok(stand.store.writes > writes)
    },

    'savePeriod "attribute": an attribute is there before its request is over': async (stand) => {
      const [first, second] = await stand.pair({ savePeriod: 'attribute' })
      await stand.set(first, 'user', 'ann')
      const { json } = await stand.visit(first, async ({ session }) => {
        Reflect.set(session, 'user', 'bob')
        for (;;) {
          const seen = await stand.read(second, ['user'], stand.visitor.clone())
          if (seen[0] === 'bob') return 'seen'
        }
      })
      equal(json, 'seen')
    },
  },
}

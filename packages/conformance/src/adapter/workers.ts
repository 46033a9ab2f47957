import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { AdapterStand } from './adapter-stand.ts'

export const workers: Behaviour<AdapterStand> = {
  name: 'workers',
  cases: {
    'the cookie names the worker, and another one takes over by writing it again': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true })
      const begun = await stand.set(first, 'user', 'ann')
      match(begun.setCookies[0] ?? '', /\.w1\./)
      const { writes } = stand.store
      const taken = await stand.visit(second, async ({ session }) => Reflect.get(session, 'user'))
      equal(taken.json, 'ann')
      match(taken.setCookies[0] ?? '', /\.w2\./)
      equal(stand.store.writes, writes)
      const stays = await stand.visit(second, async ({ session }) => Reflect.get(session, 'user'))
      deepEqual([stays.json, stays.setCookies], ['ann', []])
    },

    'with a cookie of its own the worker is not in the id, and a take-over writes that alone': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true, routeCookie: true })
      const begun = await stand.set(first, 'user', 'ann')
      equal(begun.setCookies.length, 2)
      ok(begun.setCookies.some((line) => line.startsWith('hzroute=w1')))
      const taken = await stand.visit(second, async ({ session }) => Reflect.get(session, 'user'))
      equal(taken.json, 'ann')
      deepEqual(
        taken.setCookies.map((line) => line.slice(0, line.indexOf(';'))),
        ['hzroute=w2'],
      )
    },

    'a worker that drains serves everybody and keeps nobody': async (stand) => {
      const [first, second] = await stand.pair({ sticky: true })
      await stand.set(first, 'user', 'ann')
      first.manager.drain()
      const left = await stand.visit(first, async ({ session }) => Reflect.get(session, 'user'))
      equal(left.json, 'ann')
      ok(!/\.w1\./.test(left.setCookies[0] ?? ''))
      const taken = await stand.visit(second, async ({ session }) => Reflect.get(session, 'user'))
      equal(taken.json, 'ann')
      match(taken.setCookies[0] ?? '', /\.w2\./)
    },
  },
}

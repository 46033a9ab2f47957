import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { AdapterStand, StandWorker } from './adapter-stand.ts'

/** Seconds, each other than the default of half an hour. */
const COOKIE = 7200
const INTERVAL = 600
const DRIFT = 60

/** Expects the browser's session to live so many seconds without a request. */
async function expectInterval(stand: AdapterStand, worker: StandWorker, seconds: number): Promise<void> {
  const { maxInactiveInterval } = await stand.record(await stand.id(worker))
  // Libraries make of a max age a date, and of that another max age, which lacks the milliseconds in between.
  ok(
    Math.abs(Number(maxInactiveInterval) - seconds) < DRIFT,
    `Expected ${seconds} s, got ${String(maxInactiveInterval)}`,
  )
}

export const lives: Behaviour<AdapterStand> = {
  name: 'how long a session lives',
  cases: {
    'a request that takes long keeps its session alive while it runs': async (stand) => {
      const worker = await stand.worker({ maxInactiveInterval: 10, touchAfter: 1 })
      await stand.set(worker, 'user', 'ann')
      const { expiresAt } = await stand.record(await stand.id(worker))
      const { json } = await stand.visit(worker, async (visit) => {
        const { id } = visit
        await eventually(
          'it expires later',
          async () => Number((await stand.record(id))['expiresAt']) > Number(expiresAt),
        )
        return Reflect.get(visit.session, 'user')
      })
      equal(json, 'ann')
    },

    'a cookie that lasts says so, and is not sent again for a look': async (stand) => {
      const worker = await stand.worker({ cookieMaxAge: COOKIE })
      const before = Date.now()
      const { setCookies } = await stand.set(worker, 'user', 'ann')
      const [line = ''] = setCookies
      match(line, /; (expires|max-age)=/i)
      const seconds = Number(/; max-age=(\d+)/i.exec(line)?.[1])
      const until = seconds * 1000 + before || Date.parse(/; expires=([^;]+)/i.exec(line)?.[1] ?? '')
      // A date has no fractions of seconds.
      ok(until >= before + (COOKIE - 1) * 1000 && until <= Date.now() + COOKIE * 1000)
      const looked = await stand.visit(worker, async ({ session }) => Reflect.get(session, 'user'))
      deepEqual([looked.json, looked.setCookies], ['ann', []])
    },

    'a session lives as long as its cookie where nobody says how long': async (stand) => {
      const worker = await stand.worker({ cookieMaxAge: COOKIE })
      await stand.set(worker, 'user', 'ann')
      await expectInterval(stand, worker, COOKIE)
    },

    'a session is not changed by a look of an application whose own sessions live otherwise': async (stand) => {
      const worker = await stand.worker({ maxInactiveInterval: INTERVAL })
      const other = await stand.worker({ cookieMaxAge: COOKIE })
      await stand.set(worker, 'user', 'ann')
      const { writes } = stand.store
      deepEqual(await stand.read(other, ['user']), ['ann'])
      equal(stand.store.writes, writes)
      await stand.set(other, 'item', 'book')
      await expectInterval(stand, worker, INTERVAL)
      equal((await stand.record(await stand.id(worker)))['cookieMaxAge'], undefined)
    },

    'an interval that the application gives goes before the max age of the cookie': async (stand) => {
      const worker = await stand.worker({ cookieMaxAge: COOKIE, maxInactiveInterval: INTERVAL })
      await stand.set(worker, 'user', 'ann')
      await stand.set(worker, 'cart', 1)
      await expectInterval(stand, worker, INTERVAL)
    },
  },
}

import { equal, ok, throws } from 'node:assert/strict'
import { eventually, refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

/** Seconds, within the bounds of promise 7: not before the interval, and not later than this after it. */
const INTERVAL = 600
const LATEST = INTERVAL + 30 + 5 + 1
const OPTIONS = { maxInactiveInterval: INTERVAL, touchAfter: 30 }

export const expiry: Behaviour<SessionsStand> = {
  name: 'expiry',
  cases: {
    'a session lives for its interval after the last request, and is over soon after it, on every worker': async (
      stand,
    ) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first, { n: 1 })
      await stand.pass(INTERVAL)
      ok(await seenBy(second, id))
      await stand.pass(LATEST - INTERVAL)
      equal(await seenBy(first, id), undefined)
      equal(await seenBy(second, id), undefined)
    },

    'an expired session is not served, changed or revived while the store still has it': async (stand) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first)
      const slow = await arrive(second, id)
      await stand.pass(LATEST)
      ok((await stand.entries()).has(id), 'the store still has it')
      slow.data['n'] = 1
      await refused('SESSION_ENDED', slow.save())
      await slow.touch()
      equal(await first.end(id), false)
      equal(await seenBy(first, id), undefined)
      equal(await seenBy(second, id), undefined)
    },

    'a session that is only read, again and again, stays alive': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const { id } = await begin(worker, { n: 1 })
      for (let round = 0; round < 5; round++) {
        await stand.pass(INTERVAL / 2 - 60)
        const session = await arrive(worker, id)
        const before = session.expiresAt
        await session.touch()
        // Nobody waits for a touch.
        await eventually('the touch is stored', async () => (await arrive(worker, id)).expiresAt > before)
      }
      ok(await seenBy(worker, id))
    },

    'a session that nobody asks for ends, however busy the others are': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const idle = await begin(worker)
      const busy = await begin(worker)
      for (let round = 0; round < 3; round++) {
        await stand.pass(LATEST / 3)
        await request(worker, busy.id, { round })
      }
      equal(await seenBy(worker, idle.id), undefined)
      ok(await seenBy(worker, busy.id))
    },

    'a session that moved to another worker lives by its use there': async (stand) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first, { n: 1 })
      await stand.pass(INTERVAL - 60)
      await request(second, id, { n: 2 })
      await stand.pass(INTERVAL - 60)
      ok(await seenBy(first, id))
      ok(await seenBy(second, id))
    },

    'a session that expired makes room for a new one, which is not harmed by it': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      worker.on('destroyed', () => {})
      const old = await begin(worker, { n: 1 })
      await stand.pass(LATEST)
      equal(await seenBy(worker, old.id), undefined)
      const session = await begin(worker, { n: 2 })
      await stand.pass(10)
      await worker.sweep()
      ok(await seenBy(worker, session.id))
    },

    'an absolute limit ends a session in the middle of its use': async (stand) => {
      const [first, second] = await stand.pair({ ...OPTIONS, absoluteTimeout: 1000 })
      const { id } = await begin(first)
      for (const n of [1, 2]) {
        await stand.pass(400)
        await request(second, id, { n })
      }
      // Seconds are left for what the cases themselves take.
      await stand.pass(150)
      ok(await seenBy(first, id))
      await stand.pass(51)
      equal(await seenBy(first, id), undefined)
      equal(await seenBy(second, id), undefined)
    },

    "a session's own interval, once shortened, ends it earlier, on every worker": async (stand) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first)
      const session = await arrive(first, id)
      session.maxInactiveInterval = 100
      await session.save()
      equal((await arrive(second, id)).maxInactiveInterval, 100)
      await stand.pass(100)
      ok(await seenBy(second, id))
      await stand.pass(40)
      equal(await seenBy(second, id), undefined)
    },

    "a session's own interval, once lengthened, keeps it longer, also through the changes that follow": async (
      stand,
    ) => {
      const [first, second] = await stand.pair(OPTIONS)
      const { id } = await begin(first)
      const session = await arrive(first, id)
      session.maxInactiveInterval = 50_000
      await session.save()
      await request(second, id, { n: 1 })
      equal((await arrive(first, id)).maxInactiveInterval, 50_000)
      await stand.pass(40_000)
      ok(await seenBy(second, id))
    },

    'an interval that would make a session immortal, or none at all, is refused': async (stand) => {
      const worker = await stand.worker(OPTIONS)
      const session = await begin(worker)
      for (const seconds of [0, -1, Number.NaN, Infinity, 1e12]) {
        throws(() => (session.maxInactiveInterval = seconds), TypeError)
      }
      equal(session.maxInactiveInterval, INTERVAL)
    },
  },
}

import { expect, test, vi } from 'vitest'
import type { SessionEnd } from '../src/session-watch.ts'
import type { Session } from '../src/session.ts'
import { StickyWorkers } from './local/sticky-workers.ts'
import { managed } from './saving/managed.ts'
import { turnOfLoop } from './saving/manual-clock.ts'

/** Seconds. */
const PERIOD = 20

/** What a watcher of this session is told here. */
function watched({ here }: StickyWorkers, { id }: Session): SessionEnd[] {
  const told: SessionEnd[] = []
  here.watch(id, (how) => told.push(how), { checkPeriod: PERIOD })
  return told
}

test.each(['invalidated', 'revoked'] as const)('an end at another worker is heard of at once: %s', async (reason) => {
  const workers = new StickyWorkers({ sticky: false })
  const [ended, kept] = [await workers.session(), await workers.session()]
  const told = [watched(workers, ended), watched(workers, ended), watched(workers, kept)]
  await turnOfLoop()
  await workers.elsewhere.end(ended.id, reason)
  await turnOfLoop()
  expect(told).toEqual([[reason], [reason], []])
  await workers.clock.advance(100_000)
  expect(told).toEqual([[reason], [reason], []])
})

test('an end that nobody was told of is found at the next look', async () => {
  const workers = new StickyWorkers()
  workers.store.losesEvents = true
  const [ended, kept] = [await workers.session(), await workers.session()]
  const told = [watched(workers, ended), watched(workers, kept)]
  await turnOfLoop()
  await workers.elsewhere.end(ended.id)
  await workers.clock.advance((PERIOD - 2) * 1000)
  expect(told).toEqual([[], []])
  await workers.clock.advance(3000)
  expect(told).toEqual([['invalidated'], []])
})

test('a session that had ended when the watch began is told of', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  await workers.elsewhere.end(session.id)
  const told = watched(workers, session)
  await turnOfLoop()
  expect(told).toEqual(['invalidated'])
})

test('what ends while the store is asked is asked for again', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  let answer: () => void = () => {}
  const asked = new Promise<void>((resolve) => (answer = resolve))
  const before = await workers.store.memory.load(session.id)
  vi.spyOn(workers.store, 'load').mockImplementationOnce(() => asked.then(() => before))
  const told = watched(workers, session)
  await turnOfLoop()
  await workers.elsewhere.end(session.id)
  await turnOfLoop()
  expect(told).toEqual([])
  answer()
  await turnOfLoop()
  expect(told).toEqual(['invalidated'])
})

test('a session expires on time, and not while anybody uses it', async () => {
  const workers = new StickyWorkers({ maxInactiveInterval: 60, touchAfter: 1 })
  const session = await workers.session()
  const told: SessionEnd[] = []
  workers.here.watch(session.id, (how) => told.push(how), { checkPeriod: 100_000 })
  for (let minute = 0; minute < 10; minute++) {
    await workers.clock.advance(50_000)
    const seen = await workers.elsewhere.load(session.id)
    await seen?.touch()
    expect(told).toEqual([])
  }
  await workers.clock.advance(62_000)
  expect(told).toEqual([])
  await workers.clock.advance(4000)
  expect(told).toEqual(['expired'])
})

test('a session that somebody took out of the map is gone', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  const told = watched(workers, session)
  await turnOfLoop()
  await workers.store.memory.remove(session.id)
  await workers.clock.advance((PERIOD + 1) * 1000)
  expect(told).toEqual(['gone'])
})

test('nothing ends while the store is away, and all of it is found out when it is back', async () => {
  const workers = new StickyWorkers()
  const [ended, kept] = [await workers.session(), await workers.session()]
  const told = [watched(workers, ended), watched(workers, kept)]
  await turnOfLoop()
  workers.store.losesEvents = true
  await workers.elsewhere.end(ended.id)
  workers.store.away()
  await workers.clock.advance(2 * PERIOD * 1000)
  expect(told).toEqual([[], []])
  workers.store.back()
  await workers.clock.advance(2500)
  expect(told).toEqual([['invalidated'], []])
})

test('who stopped to watch is told nothing, and nothing is asked any more', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  const told = vi.fn<(how: SessionEnd) => void>()
  const stop = workers.here.watch(session.id, told)
  await turnOfLoop()
  stop()
  await workers.elsewhere.end(session.id)
  workers.store.takeCalls()
  await workers.clock.advance(200_000)
  expect(told).not.toHaveBeenCalled()
  expect(workers.store.takeCalls()).toEqual([])
})

test('many sessions are asked for a few at a time', async () => {
  const { manager, clock, store } = managed()
  const sessions = Array.from({ length: 120 }, () => manager.create())
  await Promise.all(sessions.map((session) => session.save()))
  store.always('hangs').takeCalls()
  for (const { id } of sessions) manager.watch(id, () => {})
  await turnOfLoop()
  expect(store.takeCalls()).toHaveLength(50)
  store.always('works')
  await clock.advance(10_000)
  expect(store.takeCalls().length).toBeGreaterThanOrEqual(120)
})

test('a watcher that throws disturbs nobody, and is logged', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  workers.here.watch(session.id, () => {
    throw new Error('a mistake of the application')
  })
  const told = watched(workers, session)
  await session.end()
  await turnOfLoop()
  expect(told).toEqual(['invalidated'])
  expect(workers.log.join()).toContain('a mistake of the application')
  expect(workers.log.join()).not.toContain(session.id)
})

test('a manager that closes says so to whoever still watches', async () => {
  const workers = new StickyWorkers()
  const session = await workers.session()
  const told = watched(workers, session)
  await workers.clock.until(workers.here.close())
  expect(told).toEqual(['closed'])
  expect(() => workers.here.watch(session.id, () => {})).toThrow('closed')
})

test.each([0, -1, Number.NaN])('a period of %s is refused', (checkPeriod) => {
  const { here } = new StickyWorkers()
  expect(() => here.watch('any', () => {}, { checkPeriod })).toThrow(/`checkPeriod` to be seconds > 0/)
})

test('a store that tells nothing does as well', async () => {
  const { manager, clock } = managed()
  const session = manager.create()
  await session.save()
  const told: SessionEnd[] = []
  manager.watch(session.id, (how) => told.push(how), { checkPeriod: PERIOD })
  await turnOfLoop()
  await session.end()
  expect(told).toEqual([])
  await clock.advance((PERIOD + 1) * 1000)
  expect(told).toEqual(['invalidated'])
})

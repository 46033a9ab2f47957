import { expect, test } from 'vitest'
import type { SessionEventMap } from '../src/session-events.ts'
import { managed } from './saving/managed.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

test('an ended session is gone for everybody', async () => {
  const { manager, other } = managed()
  const session = manager.create()
  await session.save()
  await expect(session.end()).resolves.toBe(true)
  await expect(manager.load(session.id)).resolves.toBeUndefined()
  await expect(other().load(session.id)).resolves.toBeUndefined()
})

test('a session is ended once: the second call says false', async () => {
  const { manager, other, clock } = managed()
  const session = manager.create()
  await session.save()
  const theirs = await other().load(session.id)
  await expect(session.end()).resolves.toBe(true)
  await expect(clock.until(session.end())).resolves.toBe(false)
  await expect(clock.until(theirs!.end())).resolves.toBe(false)
})

test('of parallel endings on two workers exactly one says true and tells the world', async () => {
  const { manager, other, clock } = managed()
  const second = other()
  const ends: string[] = []
  manager.on('destroyed', () => ends.push('w1'))
  second.on('destroyed', () => ends.push('w2'))
  const session = manager.create()
  await session.save()
  const results = await clock.until(Promise.all([manager.end(session.id), second.end(session.id), session.end()]))
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(ends).toHaveLength(1)
})

test('a session that never was is not ended, which is no error', async () => {
  const { manager } = managed()
  await expect(manager.create().end()).resolves.toBe(false)
  await expect(manager.end('HZ0')).resolves.toBe(false)
})

test('destroyed tells the reason and the last attributes, with what others had saved', async () => {
  const { manager, other, clock } = managed()
  const heard: SessionEventMap['destroyed'][] = []
  manager.on('destroyed', (event) => heard.push(event))
  const session = manager.create({ data: { user: 'ann' } })
  await session.save()
  const theirs = await other().load(session.id)
  theirs!.data['cart'] = [1]
  await theirs!.save()
  await clock.until(session.end('revoked'))
  expect(heard).toEqual([
    { reason: 'revoked', session: { id: session.id, principal: undefined, attributes: { user: 'ann', cart: [1] } } },
  ])
})

test('a change after the end is dropped, told and refused', async () => {
  const { manager, other, clock } = managed()
  const late: unknown[] = []
  manager.on('lateWrite', (event) => late.push(event))
  const session = manager.create()
  await session.save()
  await other().end(session.id)
  session.data['cart'] = [1]
  await expect(clock.until(session.save())).rejects.toEqual(code('SESSION_ENDED'))
  expect(late).toEqual([{ names: ['cart'] }])
  await expect(manager.load(session.id)).resolves.toBeUndefined()
})

test('an update after the end is refused', async () => {
  const { manager, other, clock } = managed()
  const session = manager.create()
  await session.save()
  await other().end(session.id)
  await expect(clock.until(session.update((data) => (data['n'] = 1)))).rejects.toEqual(code('SESSION_ENDED'))
})

test('a change to a session that vanished from the store is refused and brings nothing back', async () => {
  const { manager, store, clock } = managed()
  const session = manager.create()
  await session.save()
  await store.memory.remove(session.id)
  session.data['n'] = 1
  await expect(clock.until(session.save())).rejects.toEqual(code('SESSION_ENDED'))
  await expect(store.memory.load(session.id)).resolves.toBeUndefined()
})

test('a change to an expired session is refused', async () => {
  const { manager, clock } = managed({ maxInactiveInterval: 100 })
  const session = manager.create()
  await session.save()
  await clock.advance(107_000)
  session.data['n'] = 1
  await expect(clock.until(session.save())).rejects.toEqual(code('SESSION_ENDED'))
})

test('a touch that comes after the end harms nobody', async () => {
  const { manager, other, clock } = managed()
  const session = manager.create()
  await session.save()
  await other().end(session.id)
  await clock.advance(61_000)
  await expect(session.touch()).resolves.toBeUndefined()
  await clock.advance(1)
  await expect(manager.load(session.id)).resolves.toBeUndefined()
})

test('an end finds its own lost reply, says true, and completes the life of the marker', async () => {
  const { manager, store, clock } = managed({ endedMarkerMargin: 600 })
  let ends = 0
  manager.on('destroyed', () => ends++)
  const session = manager.create()
  await session.save()
  store.next('replace', 'replyLost').takeCalls()
  await expect(clock.until(session.end())).resolves.toBe(true)
  expect(ends).toBe(1)
  expect(store.calls).toEqual(['replace', 'load', 'replace'])
  expect(store.memory.secondsLeft(session.id)).toBeGreaterThan(1800 + 600)
})

test('an end that nobody confirmed in time is followed up, so that its event is not missed', async () => {
  const { manager, store, clock } = managed()
  const ends: unknown[] = []
  manager.on('destroyed', ({ reason }) => ends.push(reason))
  const session = manager.create()
  await session.save()
  store.next('replace', 'replyLost').always('lost')
  await expect(clock.until(session.end())).rejects.toEqual(code('STORE_UNAVAILABLE'))
  expect(ends).toEqual([])
  store.always('works')
  await clock.advance(10_000)
  expect(ends).toEqual(['invalidated'])
})

test('a follow-up goes on when the store leaves one of its calls unanswered', async () => {
  const { manager, store, clock } = managed()
  const ends: unknown[] = []
  manager.on('destroyed', ({ reason }) => ends.push(reason))
  const session = manager.create()
  await session.save()
  store.next('replace', 'replyLost').always('hangs')
  await expect(clock.until(session.end())).rejects.toEqual(code('STORE_UNAVAILABLE'))
  await clock.advance(5000)
  store.always('works')
  await clock.advance(30_000)
  expect(ends).toEqual(['invalidated'])
})

test('an end goes out on what this process has just saved, without asking for it', async () => {
  const { manager, store, clock } = managed()
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  store.takeCalls()
  await clock.until(Promise.all([session.save(), session.end()]))
  expect(store.calls).toEqual(['replace', 'replace'])
})

test('an end that waits behind another one keeps its own budget', async () => {
  const { manager, store, clock } = managed({ operationTimeout: 2000 })
  store.always('hangs')
  const start = clock.now()
  const ends = Array.from({ length: 5 }, () => manager.end('HZ0').catch((error: unknown) => error))
  const results = await clock.until(Promise.all(ends))
  expect(results).toEqual(Array.from({ length: 5 }, () => code('STORE_UNAVAILABLE')))
  expect(clock.now() - start).toBeLessThanOrEqual(2000)
})

test('an end outlives what a split cluster may have written', async () => {
  const { manager, store } = managed({ maxInactiveInterval: 100, cleanUpPeriod: 60, endedMarkerMargin: 600 })
  const session = manager.create()
  await session.save()
  const live = store.memory.secondsLeft(session.id)!
  await session.end()
  expect(store.memory.secondsLeft(session.id)).toBeGreaterThanOrEqual(live + 600)
})

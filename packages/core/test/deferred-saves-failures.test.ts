import { describe, expect, test } from 'vitest'
import { deferring } from './saving/deferring.ts'
import { turnOfLoop } from './saving/manual-clock.ts'

describe('a write that fails', () => {
  test('is tried again, and what waits is seen meanwhile', async () => {
    const { request, seen, store, clock, elsewhere, log } = await deferring()
    await request((data) => (data['a'] = 1))
    store.next('replace', 'offline')
    await clock.advance(6000)
    expect(await seen()).toEqual({ cart: 'full', a: 1 })
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
    expect(log.filter((line) => line.includes('could not be written yet'))).toHaveLength(1)
  })

  test('and is in the store all the same does not beat a newer change of this worker', async () => {
    const { request, seen, store, clock, elsewhere, events } = await deferring()
    await request((data) => (data['a'] = 1))
    store.next('replace', 'replyLost').next('load', 'hangs')
    await clock.advance(8000)
    await request((data) => (data['a'] = 2))
    expect(await seen()).toEqual({ cart: 'full', a: 2 })
    await clock.advance(20_000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 2 })
    expect(events).toEqual([])
  })

  test('a change that comes while one is on its way is written after it', async () => {
    const { request, seen, store, clock, elsewhere, events } = await deferring()
    await request((data) => (data['a'] = 1))
    store.next('replace', () => request((data) => (data['a'] = 2)))
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
    expect(await seen()).toEqual({ cart: 'full', a: 2 })
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 2 })
    expect(events).toEqual([])
  })

  test('one that comes back to what it was, while one is on its way, is written too', async () => {
    const { request, seen, store, clock, elsewhere } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    store.next('replace', () => request((data) => (data['cart'] = 'full')))
    await clock.advance(12_000)
    expect(await seen()).toEqual({ cart: 'full' })
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
  })

  test('a request that has seen what another one of this worker stored meanwhile is on top of it', async () => {
    const { request, open, seen, clock, elsewhere } = await deferring()
    const slow = await open()
    slow.data['cart'] = 'saved'
    await request((data) => (data['cart'] = 'held'))
    // Behind what waits, which it has not seen.
    await slow.save()
    slow.data['cart'] = 'last'
    await slow.commit()
    expect(await seen()).toEqual({ cart: 'last' })
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'last' })
  })

  test('a request whose save may be stored or not waits for its next change', async () => {
    const { open, seen, store, clock, elsewhere } = await deferring()
    const session = await open()
    session.data['cart'] = 'first'
    store.next('replace', 'replyLost').next('load', 'hangs')
    await expect(clock.until(session.save())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    session.data['cart'] = 'second'
    await clock.until(session.commit())
    expect(await seen(elsewhere)).toEqual({ cart: 'second' })
  })

  test('a request that asked before a write, and is answered after it, sees what was written', async () => {
    const { request, store, clock, manager, id } = await deferring()
    await request((data) => (data['a'] = 1))
    await clock.advance(4500)
    const old = await store.memory.load(id)
    // The answer of the past.
    let answer: (text: string | undefined) => void = () => {}
    store.load = () => new Promise((resolve) => (answer = resolve))
    const opening = manager.open(id)
    Reflect.deleteProperty(store, 'load')
    await clock.advance(1000)
    answer(old)
    const opened = await opening
    expect(opened.kind === 'live' && { ...opened.session.data }).toEqual({ cart: 'full', a: 1 })
  })
})

describe('the end of this worker', () => {
  test('writes what waits', async () => {
    const { request, manager, seen, clock, elsewhere, log } = await deferring({ savePeriod: 'shutdown' })
    await request((data) => (data['a'] = 1))
    await clock.advance(600_000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
    await clock.until(manager.close())
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
    expect(log.filter((line) => line.startsWith('error'))).toEqual([])
  })

  test('tries while there is time', async () => {
    const { request, manager, seen, store, clock, elsewhere } = await deferring({ savePeriod: 'shutdown' })
    await request((data) => (data['a'] = 1))
    store.next('replace', 'offline', 'offline', 'offline')
    await clock.until(manager.close())
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
  })

  test.each(['offline', 'hangs'] as const)('says how many it could not write, in time (%s)', async (fate) => {
    const { request, manager, store, clock, log } = await deferring({ savePeriod: 'shutdown' })
    await request((data) => (data['a'] = 1))
    store.always(fate)
    const from = clock.now()
    await clock.until(manager.close())
    expect(clock.now() - from).toBeLessThanOrEqual(14_000)
    expect(log.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('Changes of 1 sessions could not be written'),
    ])
  })

  test('is prepared by `drain`: what waits is written, and what comes is written at once', async () => {
    const { request, manager, seen, elsewhere } = await deferring({ savePeriod: 'shutdown' })
    await request((data) => (data['a'] = 1))
    manager.drain()
    await turnOfLoop()
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
    await request((data) => (data['b'] = 2))
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1, b: 2 })
  })

  test('is not awaited by a session that is about to expire: who is told of its end is told all', async () => {
    const { request, seen, clock, elsewhere } = await deferring({ savePeriod: 'shutdown', maxInactiveInterval: 120 })
    await request((data) => (data['a'] = 1))
    await clock.advance(100_000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
    await clock.advance(75_000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1 })
    await clock.advance(10_000)
    expect(await seen(elsewhere)).toBeUndefined()
  })
})

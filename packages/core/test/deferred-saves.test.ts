import { describe, expect, test } from 'vitest'
import type { SessionAttributes } from '../src/attribute-view.ts'
import { deferring } from './saving/deferring.ts'
import { turnOfLoop } from './saving/manual-clock.ts'

describe('a change that is written later', () => {
  test('is no write, and is seen by later requests of this worker, not of others', async () => {
    const { request, seen, store, elsewhere } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    expect(store.takeCalls()).toEqual(['load'])
    expect(await seen()).toEqual({ cart: 'fuller' })
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
  })

  test('is written after so many seconds, with all that came since as one write', async () => {
    const { request, seen, store, clock, elsewhere } = await deferring()
    await request((data) => (data['a'] = 1))
    await clock.advance(3000)
    await request((data) => (data['b'] = 2))
    store.takeCalls()
    await clock.advance(1500)
    expect(store.takeCalls()).toEqual([])
    await clock.advance(1500)
    expect(store.takeCalls()).toEqual(['replace'])
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1, b: 2 })
    await clock.advance(20_000)
    expect(store.takeCalls()).toEqual(['load'])
  })

  test('of requests at the same time is there for both and for the next', async () => {
    const { open, seen, clock, elsewhere } = await deferring()
    const [one, two] = [await open(), await open()]
    one.data['a'] = 1
    two.data['b'] = 2
    await Promise.all([one.commit(), two.commit()])
    expect(await seen()).toEqual({ cart: 'full', a: 1, b: 2 })
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1, b: 2 })
  })

  test('that is undone by the next request stays undone', async () => {
    const { request, seen, clock, elsewhere } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    await request((data) => (data['cart'] = 'full'))
    await request((data) => (data['a'] = 1))
    await request((data) => delete data['a'])
    expect(await seen()).toEqual({ cart: 'full' })
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full' })
  })

  test('is found again by the same request, which has nothing more to save', async () => {
    const { open } = await deferring()
    const session = await open()
    session.data['a'] = 1
    await session.commit()
    expect(session.pending().isEmpty).toBe(true)
    expect(session.data['a']).toBe(1)
  })

  test('does not make the session live longer than its requests did', async () => {
    const { request, open, clock, elsewhere } = await deferring({ savePeriod: 30 })
    const usedAt = clock.now()
    await request((data) => (data['a'] = 1))
    await clock.advance(31_000)
    expect((await open(elsewhere)).lastAccessedAt).toBe(usedAt)
  })
})

describe('at once are written', () => {
  test('new sessions', async () => {
    const { manager, store } = await deferring()
    const session = manager.create({ data: { a: 1 } })
    await session.commit()
    expect(store.takeCalls()).toEqual(['create'])
  })

  test('what `save` is called for, and all that waits with it', async () => {
    const { request, open, seen, elsewhere } = await deferring()
    await request((data) => (data['a'] = 1))
    const session = await open()
    session.data['b'] = 2
    await session.save()
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1, b: 2 })
  })

  test('how long a session lives', async () => {
    const { open, elsewhere } = await deferring()
    const session = await open()
    session.maxInactiveInterval = 60
    await session.commit()
    expect((await open(elsewhere)).maxInactiveInterval).toBe(60)
  })

  test('touches that are due', async () => {
    const { request, store, clock } = await deferring({ touchAfter: 10, savePeriod: 'shutdown' })
    await clock.advance(10_000)
    store.takeCalls()
    await request((data) => (data['a'] = 1))
    await turnOfLoop()
    expect(store.takeCalls()).toEqual(['load', 'replace'])
  })

  test('changes for which there is no room', async () => {
    const { request, manager, seen, elsewhere } = await deferring({ maxLocalSessions: 1 })
    const other = manager.create({ data: { a: 1 } })
    await other.commit()
    other.data['a'] = 2
    await other.commit()
    await request((data) => (data['cart'] = 'fuller'))
    expect(await seen(elsewhere)).toEqual({ cart: 'fuller' })
    expect((await elsewhere.load(other.id))?.data['a']).toBe(1)
  })
})

describe('refused before the answer', () => {
  test('a session that would be too large', async () => {
    const { request } = await deferring({ maxSessionBytes: 100 })
    const large = request((data) => (data['a'] = 'x'.repeat(200)))
    await expect(large).rejects.toMatchObject({ code: 'RECORD_UNWRITABLE' })
  })

  test('one attribute that two requests of this worker changed, with `conflict: fail`', async () => {
    const { open, seen } = await deferring({ conflict: 'fail' })
    const [one, two] = [await open(), await open()]
    one.data['cart'] = 'one'
    two.data['cart'] = 'two'
    await one.commit()
    await expect(two.commit()).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
    expect(await seen()).toEqual({ cart: 'one' })
  })
})

describe('what another worker did meanwhile', () => {
  test('the cart that was emptied there stays empty', async () => {
    const { request, seen, clock, elsewhere, events } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    await request((data) => delete data['cart'], elsewhere)
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({})
    expect(await seen()).toEqual({})
    expect(events).toEqual([['conflict', 'cart']])
  })

  test('and is empty here too for the next request, before anything is written', async () => {
    const { request, seen, elsewhere } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    await request((data) => (data['a'] = 1))
    await request((data) => (data['cart'] = 'empty'), elsewhere)
    expect(await seen()).toEqual({ cart: 'empty', a: 1 })
  })

  test.each(['fail', 'last-write-wins', () => 'asked'] as const)('with `conflict: %o` as well', async (conflict) => {
    const { request, seen, clock, elsewhere } = await deferring({ conflict })
    await request((data) => (data['cart'] = 'fuller'))
    await request((data) => (data['cart'] = 'empty'), elsewhere)
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'empty' })
  })

  test('other attributes are merged, and so are keys with `merge: deep`', async () => {
    const { request, seen, clock, elsewhere } = await deferring({ merge: 'deep' })
    await request((data) => (data['prefs'] = { size: 1, colour: 'red' }), elsewhere)
    await request((data) => (data['prefs'] = { size: 2, colour: 'red' }))
    await request((data) => (data['prefs'] = { size: 1, colour: 'blue' }), elsewhere)
    await request((data) => (data['a'] = 1), elsewhere)
    await clock.advance(6000)
    expect(await seen(elsewhere)).toEqual({ cart: 'full', a: 1, prefs: { size: 2, colour: 'blue' } })
  })

  test('a log-out there stays one, and what waited is told of as dropped', async () => {
    const { request, seen, clock, elsewhere, id, events } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    await elsewhere.end(id)
    await clock.advance(6000)
    expect(await seen(elsewhere)).toBeUndefined()
    expect(events).toEqual([['lateWrite', 'cart']])
    await clock.advance(60_000)
    expect(events).toHaveLength(1)
  })

  test('the next request here finds the log-out, and nothing is left to write', async () => {
    const { request, seen, elsewhere, id, events, clock, store } = await deferring()
    await request((data) => (data['cart'] = 'fuller'))
    await elsewhere.end(id)
    expect(await seen()).toBeUndefined()
    await clock.advance(200)
    expect(events).toEqual([['lateWrite', 'cart']])
    store.takeCalls()
    await clock.advance(60_000)
    expect(store.takeCalls()).toEqual([])
  })
})

describe('goes along with', () => {
  test('`update`', async () => {
    const { request, open, seen, elsewhere } = await deferring()
    await request((data) => (data['count'] = 1))
    const session = await open()
    session.data['b'] = 2
    expect(await session.update((data) => [data['b'], (data['count'] = Number(data['count']) + 1)])).toEqual([2, 2])
    expect(session.data).toEqual({ cart: 'full', count: 2, b: 2 })
    expect(await seen(elsewhere)).toEqual({ cart: 'full', count: 2, b: 2 })
  })

  test('`signIn`', async () => {
    const { request, open, elsewhere, clock } = await deferring()
    await request((data) => (data['a'] = 1))
    const session = await open()
    await session.signIn('ann')
    const there = await elsewhere.load(session.id)
    expect({ ...there?.data }).toEqual({ cart: 'full', a: 1 })
    expect(there?.principal).toBe('ann')
    // And it is nowhere twice, nor forgotten, when the browser shows the new id.
    await clock.advance(6000)
    const opened = await clock.until(elsewhere.open(session.id))
    expect(opened.kind === 'live' && { ...opened.session.data }).toEqual({ cart: 'full', a: 1 })
  })

  test('a change of id: what came to the old one here comes to the new one with its first request', async () => {
    const { request, open, manager, clock } = await deferring()
    const session = await open()
    await session.changeId()
    await request((data) => (data['a'] = 1))
    const opened = await clock.until(manager.open(session.id))
    expect(opened.kind === 'live' && { ...opened.session.data }).toEqual({ cart: 'full', a: 1 })
  })

  test('`end`: its event tells the last attributes', async () => {
    const { request, manager, id, clock, store, events } = await deferring()
    const last: SessionAttributes[] = []
    manager.on('destroyed', ({ session }) => void last.push(session.attributes))
    await request((data) => (data['a'] = 1))
    expect(await manager.end(id)).toBe(true)
    expect(last).toEqual([{ cart: 'full', a: 1 }])
    store.takeCalls()
    await clock.advance(6000)
    expect(store.takeCalls()).toEqual([])
    expect(events).toEqual([])
  })
})

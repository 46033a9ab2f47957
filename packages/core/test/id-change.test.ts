import { describe, expect, it } from 'vitest'
import { MortalWorkers } from './races/2-mortal-workers.ts'

describe('A change of id', () => {
  it('keeps data, unsaved changes, age and settings, and gives the principal to the new id alone', async () => {
    const workers = new MortalWorkers({ absoluteTimeout: 3600 })
    const session = await workers.begin('S', { a: 1 })
    const { createdAt } = session
    await workers.clock.run(1000)
    session.data['b'] = 2
    session.maxInactiveInterval = 60
    await workers.run(session.signIn('ann', 'N'))
    expect(session.id).toBe('N')
    expect(session.isNew).toBe(false)
    const shown = await workers.open('N')
    expect(shown.data).toEqual({ a: 1, b: 2 })
    expect(shown).toMatchObject({ createdAt, principal: 'ann', maxInactiveInterval: 60 })
    expect(await workers.principalOf('S')).toBeUndefined()
  })

  it('goes on counting towards the absolute limit', async () => {
    const workers = new MortalWorkers({ absoluteTimeout: 100, maxInactiveInterval: 90 })
    const session = await workers.begin('S', {})
    await workers.clock.run(60_000)
    await workers.run(session.changeId('N'))
    await workers.clock.run(39_000)
    expect((await workers.look('N')).kind).toBe('live')
    await workers.clock.run(10_000)
    expect((await workers.look('N')).kind).not.toBe('live')
  })

  it('leaves the old id alive until the new one is shown, and ends it then', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    await workers.run(session.signIn('ann', 'N'))
    expect((await workers.open('S')).data).toEqual({ a: 1 })
    await workers.open('N')
    expect(await workers.look('S')).toMatchObject({ kind: 'ended', reason: 'renamed' })
  })

  it('ends the old id at once when that stood for somebody', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    await workers.run(session.signIn('ann', 'N1'))
    await workers.run((await workers.open('N1')).signIn('bob', 'N2'))
    expect(await workers.isLive('N1')).toBe(false)
    const shown = await workers.open('N2')
    expect(shown).toMatchObject({ principal: 'bob' })
    expect(shown.data).toEqual({ a: 1 })
  })

  it('fires `idChanged` once, and never `destroyed`', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', {})
    await workers.run(session.signIn('ann', 'N'))
    await workers.open('N')
    await workers.open('N', workers.mortal)
    expect(workers.events).toEqual(['created S', 'idChanged N'])
  })

  it('twice in one request leaves the browser that never hears of it its session, and no other behind', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    session.data['first'] = true
    await workers.run(session.changeId('N1'))
    session.data['second'] = true
    await workers.run(session.signIn('ann', 'N2'))
    expect((await workers.open('S')).data).toEqual({ a: 1 })
    await workers.set('S', { late: true, first: 'S', second: 'S' })
    expect(await workers.isLive('N1')).toBe(false)
    expect((await workers.open('N2')).data).toEqual({ a: 1, late: true, first: true, second: true })
    expect(await workers.isLive('S')).toBe(false)
  })

  it('to an id that somebody has is refused, and shows nothing of that session', async () => {
    const workers = new MortalWorkers()
    await workers.begin('taken', { secret: 1 })
    const session = await workers.begin('S', { a: 1 })
    await expect(workers.run(session.signIn('ann', 'taken'))).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
    expect(session.id).toBe('S')
    expect(session.data).toEqual({ a: 1 })
    expect((await workers.open('taken')).data).toEqual({ secret: 1 })
    expect((await workers.open('taken')).principal).toBeUndefined()
  })

  it('of a session that was never stored has nothing to leave behind', async () => {
    const workers = new MortalWorkers()
    const session = workers.healthy.create({ id: 'S', data: { a: 1 } })
    await workers.run(session.signIn('ann', 'N'))
    expect(await workers.isLive('S')).toBe(false)
    expect(await workers.previousOf('N')).toBeUndefined()
    expect((await workers.open('N')).data).toEqual({ a: 1 })
  })

  it('carries what others saved since the session was loaded', async () => {
    const workers = new MortalWorkers()
    await workers.begin('S', { a: 1 })
    const slow = await workers.open('S', workers.mortal)
    await workers.set('S', { b: 2 })
    await workers.run(slow.signIn('ann', 'N'))
    expect((await workers.open('N')).data).toEqual({ a: 1, b: 2 })
  })
})

describe('A session that was ended elsewhere since it was loaded', () => {
  it.each([['ann'], [undefined]])('cannot live on under a new id, with principal %s', async (principal) => {
    const workers = new MortalWorkers()
    const first = await workers.begin('S', { a: 1 })
    if (principal !== undefined) await workers.run(first.signIn(principal, 'N1'))
    const id = first.id
    const slow = await workers.open(id, workers.mortal)
    await workers.run(workers.healthy.end(id))
    slow.data['b'] = 2
    await expect(workers.run(slow.changeId('N2'))).rejects.toMatchObject({ code: 'SESSION_ENDED' })
    expect(await workers.isLive('N2')).toBe(false)
    expect(slow.id).toBe(id)
  })

  it('while its id is changed, does not live on either', async () => {
    for (let ms = 0; ms < 20; ms++) {
      const workers = new MortalWorkers()
      const first = await workers.begin('S', { a: 1 })
      await workers.run(first.signIn('ann', 'N1'))
      const slow = await workers.open('N1', workers.mortal)
      const change = slow.changeId('N2')
      change.catch(() => {})
      await workers.clock.run(ms)
      const wasEnded = await workers.run(workers.healthy.end('N1'))
      await workers.aMinute(change)
      // Ended before the old id was given up, or it was not there to be ended any more.
      expect(await workers.isLive('N2')).toBe(!wasEnded)
      expect(slow.id).toBe(wasEnded ? 'N1' : 'N2')
    }
  })

  it('because its id was changed, cannot be given another one', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    const slow = await workers.open('S', workers.mortal)
    await workers.run(session.signIn('ann', 'N1'))
    await workers.open('N1')
    await expect(workers.run(slow.signIn('bob', 'N2'))).rejects.toMatchObject({ code: 'SESSION_RENAMED' })
    expect(await workers.isLive('N2')).toBe(false)
  })
})

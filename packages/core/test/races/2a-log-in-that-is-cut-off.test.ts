import { describe, expect, it } from 'vitest'
import { MortalWorkers, atEveryCall } from './2-mortal-workers.ts'
import type { Blow } from './2-mortal-workers.ts'

const blows: Blow[] = ['killed', 'killedAfter', 'refused', 'lost', 'mute', 'late']

describe.each(blows)('A log-in of which any one call is %s', (blow) => {
  it('leaves the browser that never hears of it the session that it had', async () => {
    const calls = await atEveryCall(async (at) => {
      const workers = new MortalWorkers()
      await workers.begin('S', { cart: ['book'] })
      const session = await workers.open('S', workers.mortal)
      session.data['cart'] = ['book', 'pen']
      workers.store.hit(at, blow)
      await workers.aMinute(session.signIn('ann', 'N'))

      const again = await workers.open('S')
      expect(again.data).toEqual({ cart: ['book'] })
      expect(again.principal).toBeUndefined()
      await workers.set('S', { later: true })
      expect((await workers.open('S')).data).toEqual({ cart: ['book'], later: true })
      expect(workers.events).not.toContain('destroyed S')
      return workers
    })
    expect(calls).toBeGreaterThan(1)
  })

  it('loses nothing when the browser shows the new id after all', async () => {
    await atEveryCall(async (at) => {
      const workers = new MortalWorkers()
      await workers.begin('S', { cart: ['book'], old: 1, gone: 1 })
      const session = await workers.open('S', workers.mortal)
      session.data['cart'] = ['book', 'pen']
      workers.store.hit(at, blow)
      const outcome = await workers.aMinute(session.signIn('ann', 'N'))
      const isMade = await workers.isLive('N')
      expect(isMade || outcome !== 'done').toBe(true)
      if (!isMade) return workers
      const late = await workers.open('S')
      late.data['late'] = true
      late.data['cart'] = ['lamp']
      delete late.data['gone']
      await workers.run(late.save())

      const shown = await workers.open('N')
      expect(shown.data).toEqual({ cart: ['book', 'pen'], old: 1, late: true })
      expect(shown.principal).toBe('ann')
      expect(await workers.look('S')).toMatchObject({ kind: 'ended', reason: 'renamed' })
      expect(await workers.previousOf('N')).toBeUndefined()
      return workers
    })
  })
})

describe.each(blows)('The first request with the new id, of which any one call is %s', (blow) => {
  it('is followed by one that finds everything, whatever came to the old id meanwhile', async () => {
    const calls = await atEveryCall(async (at) => {
      const workers = new MortalWorkers()
      const first = await workers.begin('S', { cart: ['book'], gone: 1 })
      first.data['own'] = 'N'
      await workers.run(first.signIn('ann', 'N'))
      const late = await workers.open('S')
      late.data['late'] = true
      late.data['own'] = 'S'
      delete late.data['gone']
      await workers.run(late.save())
      workers.store.hit(at, blow)
      await workers.aMinute(workers.mortal.open('N'))

      const expected: Record<string, unknown> = { cart: ['book'], own: 'N', late: true }
      expect(await workers.principalOf('S')).toBeUndefined()
      if (await workers.isLive('S')) {
        await workers.set('S', { tab: true })
        expected['tab'] = true
      }
      const shown = await workers.open('N')
      expect(shown.data).toEqual(expected)
      expect(shown.principal).toBe('ann')
      expect(await workers.look('S')).toMatchObject({ kind: 'ended', reason: 'renamed' })
      expect(await workers.previousOf('N')).toBeUndefined()
      expect(workers.events).toEqual(['created S', 'idChanged N'])
      return workers
    })
    expect(calls).toBeGreaterThan(3)
  })
})

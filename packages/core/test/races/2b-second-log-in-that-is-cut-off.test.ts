import { describe, expect, it } from 'vitest'
import { MortalWorkers, atEveryCall } from './2-mortal-workers.ts'
import type { Blow } from './2-mortal-workers.ts'

const blows: Blow[] = ['killed', 'killedAfter', 'refused', 'lost', 'mute', 'late']

describe.each(blows)('A change of the id of a logged-in session, of which any one call is %s', (blow) => {
  it('leaves one session with everything: the old one, or the new one', async () => {
    await atEveryCall(async (at) => {
      const workers = new MortalWorkers()
      const session = await workers.begin('S', { cart: ['book'] })
      await workers.run(session.signIn('ann', 'N1'))
      await workers.open('N1')
      const logged = await workers.open('N1', workers.mortal)
      logged.data['x'] = 1
      workers.store.hit(at, blow)
      const outcome = await workers.aMinute(logged.changeId('N2'))

      const isOldLive = await workers.isLive('N1')
      const isNewLive = await workers.isLive('N2')
      expect(isOldLive || isNewLive).toBe(true)
      expect(isOldLive && outcome === 'done').toBe(false)
      const shown = await workers.open(isNewLive ? 'N2' : 'N1')
      expect(shown.data).toEqual({ cart: ['book'], ...(isNewLive ? { x: 1 } : {}) })
      expect(shown.principal).toBe('ann')
      expect(await workers.isLive(isNewLive ? 'N1' : 'N2')).toBe(false)
      expect(workers.events.filter((event) => event.startsWith('destroyed'))).toEqual([])
      return workers
    })
  })

  it('leaves the session at an id that leads on, so that the answer can tell of it', async () => {
    if (blow === 'killed' || blow === 'killedAfter') return
    const calls = await atEveryCall(async (at) => {
      const workers = new MortalWorkers()
      const session = await workers.begin('S', { cart: ['book'] })
      await workers.run(session.signIn('ann', 'N1'))
      const logged = await workers.open('N1', workers.mortal)
      workers.store.hit(at, blow)
      await workers.aMinute(logged.changeId('N2'))
      expect((await workers.open(logged.id)).data).toEqual({ cart: ['book'] })
      return workers
    })
    expect(calls).toBeGreaterThan(3)
  })
})

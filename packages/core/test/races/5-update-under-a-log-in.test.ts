import { describe, expect, it } from 'vitest'
import { MortalWorkers, atEveryCall } from './2-mortal-workers.ts'
import type { Blow } from './2-mortal-workers.ts'
import { increment } from './stage.ts'

const blows: Blow[] = ['refused', 'lost', 'mute', 'late']

describe.each(blows)('An `update` at the old id of which any one call is %s, while the new id is shown', (blow) => {
  it('is counted once if it succeeds, and not if it is told that the session is over', async () => {
    const outcomes = new Set<unknown>()
    for (let lead = 0; lead < 12; lead += 3) {
      await atEveryCall(async (at) => {
        const workers = new MortalWorkers()
        const session = await workers.begin('S', { count: 0 })
        await workers.run(session.signIn('ann', 'N'))
        const old = await workers.open('S', workers.mortal)
        workers.store.hit(at, blow)
        const updated = workers.aMinute(old.update(increment))
        // Both are under way at once: a minute passes for both.
        const shown = new Promise<void>((resolve) => void workers.clock.after(lead, resolve))
        void shown.then(() => workers.healthy.open('N'))
        const outcome = await updated
        outcomes.add(outcome)
        const { data } = await workers.open('N')
        const expected = outcome === 'done' ? [1] : outcome === 'SESSION_ENDED' ? [0] : [0, 1]
        expect(expected).toContain(data['count'])
        return workers
      })
    }
    expect(outcomes).toContain('done')
  })
})

describe('An `update` whose reply is lost', () => {
  it('is found in the marker that a log-in has put over it', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { count: 0 })
    await workers.run(session.signIn('ann', 'N'))
    const old = await workers.open('S', workers.mortal)
    workers.store.hit(0, 'mute')
    const updated = workers.aMinute(old.update(increment))
    workers.clock.after(10, () => void workers.healthy.open('N'))
    expect(await updated).toBe('done')
    expect((await workers.open('N')).data).toEqual({ count: 1 })
    expect(await workers.isLive('S')).toBe(false)
  })
})

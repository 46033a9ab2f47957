import { expect, test } from 'vitest'
import { Stage } from './stage.ts'
import type { Actor } from './stage.ts'

// Race 7: the claim of a log-out, or of a sweep, times out, is given up, and is applied eight seconds later. Nobody fired
// `destroyed`, and the marker hid the session from later sweeps. A claim of unknown outcome is now read again until it is
// known.

const INTERVAL = 20

/** The worker's next claim is applied, but eight seconds late and unheard, when all that it could do has been done. */
function delayClaim({ clock }: Stage, actor: Actor, isStockMap = false): void {
  actor.hit(isStockMap ? 'replaceIfSame' : 'replace', { kind: 'lateMute', delay: 8000 })
  // Not what a sweep reads before its claim.
  clock.after(500, () => actor.hit(isStockMap ? 'get' : 'load', { kind: 'dead', delay: 0 }))
}

test('race 7: a log-out that is applied after it was given up is told of, once', async () => {
  const stage = new Stage()
  await stage.begin({ a: 1 })
  const session = await stage.load(stage.w1)

  delayClaim(stage, stage.w1)
  expect(await stage.failure(session.end())).toBe('STORE_UNAVAILABLE')
  expect(stage.ended).toEqual([])
  await stage.wait(60_000)

  expect(await stage.stored()).toBeUndefined()
  expect(stage.ended).toEqual([{ worker: 'w1', reason: 'invalidated', data: { a: 1 } }])
})

test('race 7: a log-out that never is applied is not told of', async () => {
  const stage = new Stage()
  await stage.begin({ a: 1 })
  const session = await stage.load(stage.w1)

  stage.w1.hit('replace', { kind: 'dead', delay: 0 })
  stage.w1.hit('load', { kind: 'dead', delay: 0 })
  expect(await stage.failure(session.end())).toBe('STORE_UNAVAILABLE')
  await stage.wait(60_000)

  expect(await stage.stored()).toEqual({ a: 1 })
  expect(stage.ended).toEqual([])
})

test.each([{ isStockMap: false }, { isStockMap: true }])(
  'race 7: a session whose sweep is applied after it was given up is told of, once (%o)',
  async ({ isStockMap }) => {
    const stage = new Stage({ maxInactiveInterval: INTERVAL, isStockMap })
    await stage.begin({ a: 1 })
    await stage.wait(29_000)

    delayClaim(stage, stage.w1, isStockMap)
    expect(await stage.run(stage.w1.manager.sweep())).toBe(0)
    await stage.wait(1000)
    expect(stage.ended).toEqual([])
    await stage.wait(60_000)
    await stage.run(stage.w2.manager.sweep())

    expect(stage.ended).toEqual([{ worker: 'w1', reason: 'expired', data: { a: 1 } }])
  },
)

test('race 7: of two workers that claim an expired session, one in vain, one tells of it', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin({ a: 1 })
  await stage.wait(29_000)

  delayClaim(stage, stage.w1)
  await stage.run(stage.w1.manager.sweep())
  expect(await stage.run(stage.w2.manager.sweep())).toBe(1)
  await stage.wait(100_000)

  expect(stage.ended).toMatchObject([{ worker: 'w2', reason: 'expired' }])
})

test('race 7: a worker that dies with its claim takes the news of that one session along, and no other', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin({ a: 1 })
  await stage.run(stage.w2.manager.create({ id: 'other', data: { b: 1 } }).save())
  await stage.wait(29_000)

  stage.w1.hit('replace', { kind: 'mute', delay: 0 })
  stage.w1.manager.sweep().catch(() => {})
  stage.clock.after(4, () => stage.w1.die())
  // Its lease has to run out.
  await stage.wait(40_000)
  await stage.run(stage.w2.manager.sweep())
  await stage.wait(200_000)

  expect(stage.ended.filter(({ data }) => 'b' in data)).toHaveLength(1)
  expect(stage.ended.filter(({ data }) => 'a' in data).length).toBeLessThanOrEqual(1)
  expect(await stage.stored()).toBeUndefined()
})

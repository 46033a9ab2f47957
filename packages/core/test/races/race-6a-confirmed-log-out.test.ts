import { expect, test } from 'vitest'
import { ID, Stage } from './stage.ts'

// Race 6a: the marker of a log-out is stored, but the call that gives it its long life is rejected. The log-out was
// acknowledged all the same; the other half of a split cluster saved the session 1.6 s later, and its record outlived the
// marker when the halves met again. A log-out is now acknowledged only when its marker's life is confirmed.

const INTERVAL = 1800
const MARGIN = 600

test('race 6a: a log-out whose marker got no life is completed before it is acknowledged', async () => {
  const stage = new Stage({ isStockMap: true })
  await stage.begin()
  stage.w1.hit('setTtl', { kind: 'refused', delay: 0 })

  expect(await stage.run(stage.w1.manager.end(ID))).toBe(true)

  expect(stage.secondsLeft()).toBeGreaterThan(INTERVAL + MARGIN)
  expect(stage.secondsLeft()).toBeLessThan(Infinity)
})

test('race 6a: a log-out whose marker gets no life in time is not acknowledged, and is completed later', async () => {
  const stage = new Stage({ isStockMap: true })
  await stage.begin()
  const loaded = await stage.load(stage.w2)
  const asked = stage.clock.now()
  stage.w2.hit('setTtl', { kind: 'dead', delay: 0 })
  stage.w2.hit('get', { kind: 'dead', delay: 0 })
  expect(await stage.failure(loaded.end())).toBe('STORE_UNAVAILABLE')
  expect(stage.clock.now() - asked).toBeLessThanOrEqual(2000)
  await stage.wait(15_000)

  expect(await stage.stored()).toBeUndefined()
  expect(stage.secondsLeft()).toBeGreaterThan(INTERVAL + MARGIN)
  expect(stage.secondsLeft()).toBeLessThan(Infinity)
  expect(stage.ended).toMatchObject([{ worker: 'w2', reason: 'invalidated' }])
})

test('race 6a: what was done to confirm it, and comes late, does not take the life away again', async () => {
  const stage = new Stage({ mapLife: 7200 })
  const session = await stage.begin()
  stage.w1.hit('setTtl', { kind: 'lost', delay: 0 })
  stage.clock.after(3, () => stage.w1.hit('replaceIfSame', { kind: 'lateMute', delay: 1200 }))

  expect(await stage.run(session.end())).toBe(true)
  await stage.wait(2000)

  expect(stage.secondsLeft()).toBeGreaterThan(7200 + MARGIN - 5)
})

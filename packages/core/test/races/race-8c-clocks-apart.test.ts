import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Race 8c: the worker that notes a session's last use has a clock that is behind, and the one that looks at it one that is
// ahead. The session was over up to four seconds too early: two for the clocks, and a touch that may lag. Both are part of
// `expiresAt`, so two seconds between clocks never end a session before its interval has passed.

const INTERVAL = 20

test.each([{ skews: { w1: -1000, w2: 1000 } }, { skews: { w1: 0, w2: 2000 } }])(
  'race 8c: a reader $skews.w2 ms off still serves a session until its interval has passed',
  async ({ skews }) => {
    const stage = new Stage({ maxInactiveInterval: INTERVAL, skews })
    await stage.begin()
    // A touch is not due yet, so the store does not hear of this one.
    await stage.wait(990)
    await stage.run((await stage.load(stage.w1)).touch())

    await stage.wait(INTERVAL * 1000 - 10)

    expect(await stage.stored()).toEqual({})
  },
)

test('race 8c: a sweep by a clock that is ahead leaves it alone', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, skews: { w1: -1000, w2: 1000 } })
  await stage.begin()
  await stage.wait(990)
  await stage.run((await stage.load(stage.w1)).touch())
  await stage.wait(INTERVAL * 1000 - 10)

  expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
})

test('race 8c: a request to a worker whose clock is behind comes before any sweep', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, skews: { w1: 0, w2: 2000 } })
  await stage.begin()
  await stage.wait(22_900)
  const session = await stage.load(stage.w1)
  expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
  await stage.run(session.touch())
  await stage.wait(10_000)

  expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
  expect(await stage.stored()).toEqual({})
})

test('race 8c: nobody serves it when five seconds and a touch more than its interval have passed', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, skews: { w1: 2000, w2: 0 } })
  await stage.begin()
  await stage.wait((INTERVAL + 1 + 5) * 1000)

  expect(await stage.stored()).toBeUndefined()
})

test('race 8c: a worker whose clock is more than five seconds off sweeps nothing', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, skews: { w1: 0, w2: 9000 }, isStockMap: true })
  await stage.begin()
  await stage.wait(29_000)

  expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
  expect(await stage.run(stage.w1.manager.sweep())).toBe(1)
})

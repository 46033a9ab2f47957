import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Race 8a: a request finds its session idle for most of its interval and is answered; its touch, which nobody waits for,
// is rejected. A second later the next request found nothing. Touches are now tried again in the background, and once
// more than half of the interval has passed the answer waits for them.

const INTERVAL = 20

test('race 8a: a touch that is rejected is tried again in the background', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(9000)

  const session = await stage.load(stage.w1)
  stage.w1.hit('replace', { kind: 'unsent', delay: 0 })
  await stage.run(session.touch())
  // 23 s after the session began, and 21 s after the request that was answered.
  await stage.wait(21_000)

  expect(await stage.stored()).toEqual({})
})

test('race 8a: what is tried again says when the request was, and not when it succeeded', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(9000)

  const session = await stage.load(stage.w1)
  stage.w1.hit('replace', { kind: 'unsent', delay: 0 })
  const usedAt = stage.clock.now()
  await stage.run(session.touch())
  await stage.wait(5000)

  expect((await stage.load(stage.w2)).lastAccessedAt).toBe(usedAt)
})

test('race 8a: past half of the interval the answer waits for the touch', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(22_000)

  const session = await stage.load(stage.w1)
  stage.w1.hit('replace', { kind: 'slow', delay: 600 })
  const asked = stage.clock.now()
  await stage.run(session.touch())

  expect(stage.clock.now() - asked).toBe(600)
  await stage.wait(1200)
  expect(await stage.stored()).toEqual({})
})

test('race 8a: and is a failure when the touch cannot be confirmed', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(12_000)

  const session = await stage.load(stage.w1)
  stage.w1.hit('replace', { kind: 'dead', delay: 0 })
  stage.w1.hit('load', { kind: 'dead', delay: 0 })

  expect(await stage.failure(session.touch())).toBe('STORE_UNAVAILABLE')
})

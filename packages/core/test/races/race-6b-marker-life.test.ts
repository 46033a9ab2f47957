import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Race 6b: on a map without a time to live of its own, each write is followed by a second call that sets one. A touch
// loses to the marker of an end; if its second call were sent all the same, it would shorten the marker's life, and a
// split brain that heals later would bring the session back.

const INTERVAL = 1800
const MARGIN = 600

test('race 6b: a touch that loses to an end does not shorten the marker', async () => {
  const stage = new Stage({ isStockMap: true })
  await stage.begin()
  await stage.wait(120_000)
  const touching = await stage.load(stage.w1)
  const ending = await stage.load(stage.w2)

  stage.w1.hit('replaceIfSame', { kind: 'slow', delay: 300 })
  await stage.run(touching.touch())
  expect(await stage.run(ending.end())).toBe(true)
  await stage.wait(5000)

  expect(stage.secondsLeft()).toBeGreaterThan(INTERVAL + MARGIN)
})

test('race 6b: the renewed life of a save whose answer was lost does not shorten the marker', async () => {
  const stage = new Stage({ isStockMap: true })
  await stage.begin()
  const session = await stage.load(stage.w1)

  session.data['a'] = 1
  stage.w1.hit('setTtl', { kind: 'lost', delay: 0 })
  await stage.run(session.save())
  // What is done for that save after its answer must not meet what the end does.
  stage.w1.hit('setTtl', { kind: 'slow', delay: 20 })
  expect(await stage.run(session.end())).toBe(true)
  await stage.wait(5000)

  expect(stage.secondsLeft()).toBeGreaterThan(INTERVAL + MARGIN)
})

test('race 6b: an end whose second call fails sets the life of its marker before it answers', async () => {
  const stage = new Stage({ isStockMap: true })
  const session = await stage.begin()

  stage.w1.hit('setTtl', { kind: 'refused', delay: 0 })
  expect(await stage.run(session.end())).toBe(true)

  expect(stage.secondsLeft()).toBeGreaterThan(INTERVAL + MARGIN)
  expect(stage.secondsLeft()).toBeLessThan(Infinity)
  expect(stage.destroyed).toHaveLength(1)
})

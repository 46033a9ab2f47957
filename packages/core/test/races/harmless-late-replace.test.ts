import { expect, test } from 'vitest'
import { Stage, increment } from './stage.ts'

// Confirmed harmless: a replace that is applied seconds after its caller gave it up. The record it was to replace never
// comes back, and where it was applied first, its write id tells.

test('a late replace finds its record gone and changes nothing', async () => {
  const stage = new Stage()
  await stage.begin()
  const session = await stage.load(stage.w1)

  stage.w1.hit('replace', { kind: 'late', delay: 8000 })
  expect(await stage.run(session.update(increment))).toBe(1)
  const other = await stage.load(stage.w2)
  expect(await stage.run(other.update(increment))).toBe(2)
  await stage.wait(10_000)

  expect(await stage.stored()).toEqual({ count: 2 })
})

test('a late replace that comes before its repetition is found, and not repeated', async () => {
  const stage = new Stage()
  await stage.begin()
  const session = await stage.load(stage.w1)

  stage.w1.hit('replace', { kind: 'late', delay: 100 })
  stage.w1.hit('load', { kind: 'slow', delay: 400 })
  expect(await stage.run(session.update(increment))).toBe(1)
  await stage.wait(10_000)

  expect(await stage.stored()).toEqual({ count: 1 })
})

test('a late replace of a save that was answered with 503 comes in once, whatever the client repeats', async () => {
  const stage = new Stage({ operationTimeout: 300 })
  await stage.begin()
  const session = await stage.load(stage.w1)

  stage.w1.hit('replace', { kind: 'lateMute', delay: 5000 })
  stage.w1.hit('load', { kind: 'dead', delay: 0 })
  expect(await stage.failure(session.update(increment))).toBe('STORE_UNAVAILABLE')
  await stage.wait(10_000)

  expect(await stage.stored()).toEqual({ count: 1 })
})

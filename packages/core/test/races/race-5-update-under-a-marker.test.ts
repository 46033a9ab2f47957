import { expect, test } from 'vitest'
import { Stage, increment } from './stage.ts'

// Race 5: an update is applied, its answer is lost, and before it reads again another worker ends the session. The marker
// that it finds then keeps the writes of the record, so it knows that it was counted. A client that was told "ended"
// would repeat it elsewhere, and count it twice.

test('race 5: an update that was stored before the end is answered as stored', async () => {
  const stage = new Stage()
  await stage.begin()
  const updating = await stage.load(stage.w1)
  const ending = await stage.load(stage.w2)

  stage.w1.hit('replace', { kind: 'lost', delay: 0 })
  stage.w1.hit('load', { kind: 'slow', delay: 200 })
  const update = updating.update(increment)
  await stage.wait(5)
  expect(await stage.run(ending.end())).toBe(true)

  expect(await stage.run(update)).toBe(1)
  expect(stage.destroyed).toEqual([{ count: 1 }])
  expect(await stage.stored()).toBeUndefined()
})

test('race 5: an update that was not stored before the end is told so', async () => {
  const stage = new Stage()
  await stage.begin()
  const updating = await stage.load(stage.w1)
  const ending = await stage.load(stage.w2)

  stage.w1.hit('replace', { kind: 'refused', delay: 0 })
  stage.w1.hit('load', { kind: 'slow', delay: 200 })
  const update = updating.update(increment)
  await stage.wait(5)
  expect(await stage.run(ending.end())).toBe(true)

  expect(await stage.failure(update)).toBe('SESSION_ENDED')
  expect(stage.destroyed).toEqual([{}])
})

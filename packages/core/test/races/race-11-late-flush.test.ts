import { expect, test } from 'vitest'
import { increment, Stage } from './stage.ts'

// Race 11: changes are written later than their answers. One worker holds a change of a session; another one takes the session
// over, changes the same attribute and is answered; then the first one's write comes.

const options = { savePeriod: { every: 5 } }

/** A session of which `w1` holds a change of `cart` and one of `note`, both answered for. */
async function held(stage: Stage): Promise<string[]> {
  const conflicts: string[] = []
  stage.w1.manager.on('conflict', ({ names }) => conflicts.push(...names))
  await stage.begin({ cart: 'empty', count: 0 })
  const session = await stage.load(stage.w1)
  session.data['cart'] = 'full'
  session.data['note'] = 'kept'
  await stage.run(session.commit())
  return conflicts
}

test('race 11: what was stored meanwhile stays where both changed the same, and that is told of', async () => {
  const stage = new Stage(options)
  const conflicts = await held(stage)
  const taken = await stage.load(stage.w2)
  expect(taken.data['cart']).toBe('empty')
  taken.data['cart'] = 'sold'
  await stage.run(taken.save())

  await stage.wait(10_000)
  expect(await stage.stored()).toEqual({ cart: 'sold', count: 0, note: 'kept' })
  expect(conflicts).toEqual(['cart'])
  expect((await stage.load(stage.w1)).data).toEqual({ cart: 'sold', count: 0, note: 'kept' })
})

test('race 11: the same when the late write is sent, and its answer is lost, before the other change comes', async () => {
  const stage = new Stage(options)
  const conflicts = await held(stage)
  stage.w1.hit('replace', { kind: 'late', delay: 1 })
  await stage.wait(5100)
  const taken = await stage.load(stage.w2)
  expect(taken.data['cart']).toBe('full')
  taken.data['cart'] = 'sold'
  await stage.run(taken.save())

  await stage.wait(20_000)
  expect(await stage.stored()).toEqual({ cart: 'sold', count: 0, note: 'kept' })
  // It saw the late change, so there was nothing to decide.
  expect(conflicts).toEqual([])
})

test('race 11: two workers that hold changes of one attribute keep the one that was stored first', async () => {
  const stage = new Stage(options)
  await held(stage)
  const late = await stage.load(stage.w2)
  late.data['cart'] = 'second'
  await stage.run(late.commit())
  await stage.wait(10_000)
  expect(await stage.stored()).toEqual({ cart: 'full', count: 0, note: 'kept' })
})

test('race 11: a log-out that comes before the late write stays, and the change is told of as late', async () => {
  const stage = new Stage(options)
  await held(stage)
  const late: string[] = []
  stage.w1.manager.on('lateWrite', ({ names }) => late.push(...names))
  await stage.run((await stage.load(stage.w2)).end())
  await stage.wait(10_000)
  expect(await stage.stored()).toBeUndefined()
  expect(late.toSorted()).toEqual(['cart', 'note'])
})

test('race 11: update() at either worker counts on top of what is stored, and takes what is held along', async () => {
  const stage = new Stage(options)
  await held(stage)
  await stage.run((await stage.load(stage.w2)).update(increment))
  expect(await stage.run((await stage.load(stage.w1)).update(increment))).toBe(2)
  await stage.wait(10_000)
  expect(await stage.stored()).toEqual({ cart: 'full', count: 2, note: 'kept' })
})

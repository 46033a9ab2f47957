import { expect, test } from 'vitest'
import { Stage, increment } from './stage.ts'

// Confirmed harmless: saves of one process wait for each other and go out as one write. When one of them conflicts, or
// throws, that one fails alone.

test('of saves that go out together the one in conflict fails alone', async () => {
  const stage = new Stage({ conflict: 'fail' })
  await stage.begin({ a: 'old', b: 'old' })
  const [first, second, third] = [await stage.load(stage.w1), await stage.load(stage.w1), await stage.load(stage.w1)]
  const other = await stage.load(stage.w2)
  other.data['a'] = 'theirs'
  await stage.run(other.save())

  first.data['c'] = 'first'
  second.data['a'] = 'ours'
  third.data['b'] = 'third'
  const saves = [first.save(), second.save(), third.save()].map((save) => stage.failure(save))

  expect(await Promise.all(saves)).toEqual(['no failure', 'SESSION_CONFLICT', 'no failure'])
  expect(await stage.stored()).toEqual({ a: 'theirs', b: 'third', c: 'first' })
})

test('of updates that go out together the one that throws fails alone', async () => {
  const stage = new Stage()
  await stage.begin()
  const sessions = [await stage.load(stage.w1), await stage.load(stage.w1), await stage.load(stage.w1)]
  const refuse = (): never => {
    throw new RangeError('sold out')
  }

  const updates = sessions.map((session, n) => stage.run(session.update(n === 1 ? refuse : increment)))

  const outcomes = await Promise.allSettled(updates)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await stage.stored()).toEqual({ count: 2 })
})

test('saves that go out together are found together when the answer is lost', async () => {
  const stage = new Stage()
  await stage.begin()
  const sessions = [await stage.load(stage.w1), await stage.load(stage.w1), await stage.load(stage.w1)]

  const first = sessions[0]?.update(increment)
  stage.w1.hit('replace', { kind: 'slow', delay: 10 })
  const others = sessions.slice(1).map((session) => session.update(increment))
  await stage.wait(11)
  stage.w1.hit('replace', { kind: 'lost', delay: 0 })

  expect(await stage.run(Promise.all([first, ...others]))).toEqual([1, 2, 3])
  expect(await stage.stored()).toEqual({ count: 3 })
})

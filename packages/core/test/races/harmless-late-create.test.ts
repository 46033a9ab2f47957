import { expect, test } from 'vitest'
import { ID, Stage } from './stage.ts'

// Confirmed harmless: a create that is applied after its repetition, or instead of it. Two creates of one session can
// never both be stored.

test('a late create finds the session there and changes nothing', async () => {
  const stage = new Stage()
  const created = stage.w1.manager.create({ id: ID, data: { a: 1 } })

  stage.w1.hit('create', { kind: 'late', delay: 3000 })
  await stage.run(created.save())
  created.data['a'] = 2
  await stage.run(created.save())
  await stage.wait(10_000)

  expect(await stage.stored()).toEqual({ a: 2 })
})

test('a late create that comes before its repetition is found', async () => {
  const stage = new Stage()
  const created = stage.w1.manager.create({ id: ID, data: { a: 1 } })

  stage.w1.hit('create', { kind: 'late', delay: 100 })
  stage.w1.hit('load', { kind: 'slow', delay: 400 })
  await stage.run(created.save())
  await stage.wait(10_000)

  expect(await stage.stored()).toEqual({ a: 1 })
  expect(stage.history.writes).toHaveLength(1)
})

test('a late create after the end of its session does not bring it back', async () => {
  const stage = new Stage()
  const created = stage.w1.manager.create({ id: ID, data: { a: 1 } })

  stage.w1.hit('create', { kind: 'late', delay: 3000 })
  await stage.run(created.save())
  expect(await stage.run(created.end())).toBe(true)
  await stage.wait(10_000)

  expect(await stage.stored()).toBeUndefined()
})

test('a save creates nothing when its session is gone', async () => {
  const stage = new Stage()
  await stage.begin({ a: 1 })
  const session = await stage.load(stage.w1)
  await stage.vanish()

  session.data['a'] = 2

  expect(await stage.failure(session.save())).toBe('SESSION_ENDED')
  expect(await stage.stored()).toBeUndefined()
})

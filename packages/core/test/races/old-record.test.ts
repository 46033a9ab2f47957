import { expect, test } from 'vitest'
import { ID, Stage, increment } from './stage.ts'

// Found by the search: what a request saw when it began is old by the time at which it saves.

const INTERVAL = 20

test('a save is not dropped because its handler ran longer than the interval, when others used the session', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  const slow = await stage.load(stage.w1)
  await keepAlive(stage)

  slow.data['a'] = 1
  await stage.run(slow.save())

  expect(await stage.stored()).toEqual({ a: 1 })
})

test('a save is not dropped because the answer to its create was lost an interval ago', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, operationTimeout: 300 })
  const session = stage.w1.manager.create({ id: ID })
  stage.w1.hit('create', { kind: 'lost', delay: 0 })
  stage.w1.hit('load', { kind: 'dead', delay: 0 })
  expect(await stage.failure(session.save())).toBe('STORE_UNAVAILABLE')
  await keepAlive(stage)

  session.data['a'] = 1
  await stage.run(session.save())

  expect(await stage.stored()).toEqual({ a: 1 })
})

test('an end is not skipped because its handler ran longer than the interval, when others used the session', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  const slow = await stage.load(stage.w1)
  await keepAlive(stage)

  expect(await stage.run(slow.end())).toBe(true)

  expect(await stage.stored()).toBeUndefined()
})

test('a save of what the request saw stored already notices that the session was ended', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  const first = await stage.load(stage.w1)
  const second = await stage.load(stage.w1)
  second.data['a'] = 1
  await stage.run(second.save())
  await stage.wait(3000)
  // The touch finds, and takes over, the record that the other request wrote.
  await stage.run(first.touch())
  await stage.wait(100)
  await stage.run(second.end())

  first.data['a'] = 1

  expect(await stage.failure(first.save())).toBe('SESSION_ENDED')
})

test('a change that may still be applied is not said to be dropped when the session expires', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  const session = await stage.begin()
  await stage.wait(22_500)

  stage.w1.hit('replace', { kind: 'lateMute', delay: 5000 })
  expect(await stage.failure(session.update(increment))).toBe('STORE_UNAVAILABLE')
  await stage.wait(6000)

  expect(await stage.stored()).toEqual({ count: 1 })
})

test('a save that is found again does not shorten the life that a later write asked for', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  const short = await stage.load(stage.w1)
  const long = await stage.load(stage.w2)

  short.data['a'] = 1
  stage.w1.hit('replace', { kind: 'lost', delay: 0 })
  stage.w1.hit('load', { kind: 'slow', delay: 200 })
  const save = short.save()
  await stage.wait(5)
  long.maxInactiveInterval = 3600
  await stage.run(long.save())
  await stage.run(save)
  await stage.wait(1000)

  expect(stage.secondsLeft()).toBeGreaterThan(3600)
})

/** Requests on the other worker until the record of the beginning would have expired. */
async function keepAlive(stage: Stage): Promise<void> {
  for (let n = 0; n < 3; n++) {
    await stage.wait(10_000)
    const other = await stage.load(stage.w2)
    await stage.run(other.touch())
    await stage.wait(100)
  }
}

test('a save that waited for another one of its view keeps to its own budget when only a touch is left', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(INTERVAL * 0.6 * 1000)
  const session = await stage.load(stage.w1)

  stage.w1.hit('replace', { kind: 'dead', delay: 0 })
  const update = stage.failure(session.update(increment))
  stage.w1.hit('load', { kind: 'dead', delay: 0 })
  const asked = stage.clock.now()
  const save = stage.failure(session.save())
  await stage.wait(1500)
  stage.w1.hit('replace', { kind: 'dead', delay: 0 })
  await Promise.all([update, save])

  expect(stage.clock.now() - asked).toBeLessThanOrEqual(2000)
})

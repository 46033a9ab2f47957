import { expect, test } from 'vitest'
import { managed } from './saving/managed.ts'

test('two overlapping saves of one session are no conflict', async () => {
  const { manager, clock } = managed({ conflict: 'fail' })
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  const first = session.save()
  session.data['n'] = 2
  await clock.until(Promise.all([first, session.save()]))
  expect((await manager.load(session.id))?.data['n']).toBe(2)
})

test('a save beside an update does not undo it', async () => {
  const { manager, clock } = managed()
  const session = manager.create({ data: { n: 1 } })
  await session.save()
  session.data['n'] = 5
  const update = session.update((data) => {
    data['n'] = Number(data['n']) + 1
  })
  await clock.until(Promise.all([update, session.save()]))
  expect((await manager.load(session.id))?.data['n']).toBe(6)
})

test('a failed save does not hold up the next one of its session', async () => {
  const { manager, clock, store } = managed()
  const session = manager.create({ data: { n: 1 } })
  await session.save()
  session.data['n'] = 2
  store.always('offline')
  const failed = session.save().catch((error: unknown) => error)
  const next = session.save().catch(() => 'refused too')
  const [error] = await clock.until(Promise.all([failed, next]))
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  store.always('works')
  await clock.until(session.save())
  expect((await manager.load(session.id))?.data['n']).toBe(2)
})

test('a touch that is late says when the request was', async () => {
  const { manager, clock, store } = managed({ touchAfter: 60 })
  const session = manager.create()
  await session.save()
  await clock.advance(60_000)
  const used = clock.now()
  store.always('offline')
  await session.touch()
  await clock.advance(1_200_000)
  store.always('works')
  await clock.advance(60_000)
  const loaded = await manager.load(session.id)
  expect(loaded && loaded.lastAccessedAt - used).toBeLessThan(65_000)
})

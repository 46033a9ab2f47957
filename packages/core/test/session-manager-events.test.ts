import { expect, test } from 'vitest'
import type { SessionEventMap } from '../src/session-events.ts'
import { managed } from './saving/managed.ts'

test('created fires once, when the session is stored for the first time', async () => {
  const { manager, other } = managed()
  const heard: SessionEventMap['created'][] = []
  manager.on('created', (event) => heard.push(event))
  const session = manager.create({ data: { user: 'ann' } })
  expect(heard).toEqual([])
  await session.save()
  session.data['n'] = 1
  await session.save()
  const theirs = await other().load(session.id)
  theirs!.data['n'] = 2
  await theirs!.save()
  expect(heard).toEqual([{ session: { id: session.id, principal: undefined, attributes: { user: 'ann' } } }])
})

test('created fires once for a new session that is saved twice at the same time', async () => {
  const { manager } = managed()
  let created = 0
  manager.on('created', () => created++)
  const session = manager.create()
  session.data['a'] = 1
  const first = session.save()
  session.data['b'] = 2
  await Promise.all([first, session.save()])
  expect(created).toBe(1)
})

test('an update stores a new session, and says so', async () => {
  const { manager } = managed()
  let created = 0
  manager.on('created', () => created++)
  const session = manager.create()
  await session.update((data) => (data['n'] = 1))
  expect(created).toBe(1)
  expect((await manager.load(session.id))?.data).toEqual({ n: 1 })
})

test('conflict names what two requests changed, and is logged once for each name', async () => {
  const { manager, other, log, clock } = managed()
  const second = other()
  const heard: unknown[] = []
  manager.on('conflict', (event) => heard.push(event))
  const session = manager.create()
  await session.save()
  for (const round of [1, 2]) {
    const theirs = await second.load(session.id)
    theirs!.data['n'] = `theirs ${round}`
    await theirs!.save()
    session.data['n'] = `ours ${round}`
    await clock.until(session.save())
  }
  expect(heard).toEqual([{ names: ['n'] }, { names: ['n'] }])
  expect(log.filter((line) => line.startsWith('warn') && line.includes('"n"'))).toHaveLength(1)
})

test('a listener that throws, or rejects, spoils nothing', async () => {
  const { manager, log } = managed()
  manager.on('created', () => {
    throw new Error('thrown')
  })
  manager.on('created', () => Promise.reject(new Error('rejected')))
  const session = manager.create()
  await session.save()
  await expect(manager.load(session.id)).resolves.toBeDefined()
  expect(log).toEqual([
    'error: A listener of "created" failed: thrown',
    'error: A listener of "created" failed: rejected',
  ])
})

test('a listener that was taken off hears nothing', async () => {
  const { manager } = managed()
  const heard: unknown[] = []
  const listener = (event: unknown): unknown => heard.push(event)
  manager.on('created', listener).off('created', listener)
  await manager.create().save()
  expect(heard).toEqual([])
})

test('what a listener does to the attributes it is told changes nothing', async () => {
  const { manager } = managed()
  manager.on('created', ({ session }) => {
    session.attributes['user'] = 'mallory'
  })
  const session = manager.create({ data: { user: 'ann' } })
  await session.save()
  expect(session.data['user']).toBe('ann')
  expect((await manager.load(session.id))?.data['user']).toBe('ann')
})

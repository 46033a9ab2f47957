import { expect, test } from 'vitest'
import { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { StickyWorkers } from './sticky-workers.ts'

const options = { transientAttributes: ['socket', 'cache'] }

async function opened(manager: SessionManager, id: string): Promise<Session> {
  const found = await manager.open(id, manager.worker.name)
  if (found.kind !== 'live') throw new Error('There is no such session.')
  return found.session
}

test('they are the same objects in every request of this worker, and never in the store', async () => {
  const workers = new StickyWorkers(options)
  const socket = { send: (): void => {} }
  const session = await workers.session()
  session.data['socket'] = socket
  session.data['n'] = 2
  await session.save()
  const again = await opened(workers.here, session.id)
  expect(again.data['socket']).toBe(socket)
  expect(Object.keys(again.data)).toEqual(['n', 'socket'])
  expect('socket' in again.data).toBe(true)
  expect(await workers.store.load(session.id)).not.toContain('socket')
  expect((await opened(workers.elsewhere, session.id)).data).toEqual({ n: 2 })
})

test('to set one is no change that would be written', async () => {
  const workers = new StickyWorkers(options)
  const session = await workers.session()
  session.data['cache'] = new Map([['a', 1]])
  expect(session.pending().isEmpty).toBe(true)
  await session.save()
  expect(workers.store.takeCalls()).toEqual([])
  delete session.data['cache']
  expect((await opened(workers.here, session.id)).data).toEqual({ n: 1 })
})

test('an update sees them and does not store them', async () => {
  const workers = new StickyWorkers(options)
  const session = await workers.session()
  session.data['cache'] = 1
  const seen = await session.update((data) => {
    data['cache'] = Number(data['cache']) + 1
    data['n'] = 2
    return data['cache']
  })
  expect([seen, session.data['cache']]).toEqual([2, 2])
  expect(await workers.store.load(session.id)).not.toContain('cache')
})

test('one that an older version of the application has stored is not seen', async () => {
  const workers = new StickyWorkers(options)
  const older = new SessionManager(
    { recordStore: workers.store, workerName: 'older' },
    { environment: {}, clock: workers.clock },
  )
  const session = older.create({ data: { cache: 'stored', n: 1 } })
  await session.save()
  expect((await opened(workers.here, session.id)).data).toEqual({ n: 1 })
})

test('they go along with a change of id, and not behind the end of the session', async () => {
  const workers = new StickyWorkers(options)
  const session = await workers.session()
  const before = session.id
  session.data['cache'] = 1
  await session.signIn('ann')
  expect((await opened(workers.here, session.id)).data['cache']).toBe(1)
  expect((await workers.here.open(before)).kind).toBe('ended')
  // The record is newer than this view, so that the first claim loses.
  await workers.clock.until(session.end())
  const other = workers.here.create({ id: session.id })
  expect(other.data['cache']).toBeUndefined()
})

test('they are of so many sessions at most as there are copies', async () => {
  const workers = new StickyWorkers({ ...options, maxLocalSessions: 2 })
  const sessions = [await workers.session(), await workers.session(), await workers.session()]
  for (const [index, session] of sessions.entries()) session.data['cache'] = index
  const left = await Promise.all(sessions.map(async ({ id }) => (await opened(workers.here, id)).data['cache']))
  expect(left).toEqual([undefined, 1, 2])
})

test('where sessions are not bound to workers they are refused', () => {
  expect(() => new StickyWorkers({ ...options, sticky: false })).toThrow(/transientAttributes.*sticky/)
})

import { expect, test } from 'vitest'
import { managed } from './saving/managed.ts'
import type { Managed } from './saving/managed.ts'
import type { Session } from '../src/session.ts'
import { turnOfLoop } from './saving/manual-clock.ts'

test('a request within touchAfter of the last one writes nothing', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(59_999)
  setting.store.takeCalls()
  await session.save()
  await turnOfLoop()
  expect(setting.store.calls).toEqual([])
})

test('a touch that is due is one write, and the response does not wait for it', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(60_000)
  setting.store.next('replace', 'hangs').takeCalls()
  await expect(session.save()).resolves.toBeUndefined()
  expect(setting.store.calls).toEqual(['replace'])
})

test('a touch moves the expiry', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(60_000)
  await session.touch()
  await turnOfLoop()
  expect(session.lastAccessedAt).toBe(setting.clock.now())
  expect((await setting.manager.load(session.id))?.expiresAt).toBe(setting.clock.now() + (1800 + 60 + 2) * 1000)
})

test('twenty parallel requests make one touch', async () => {
  const setting = managed({ touchAfter: 60 })
  const { id } = await shared(setting)
  await setting.clock.advance(60_000)
  const sessions = await Promise.all(Array.from({ length: 20 }, () => setting.manager.load(id)))
  setting.store.takeCalls()
  await Promise.all(sessions.map((session) => session!.save()))
  await turnOfLoop()
  expect(setting.store.calls).toEqual(['replace'])
})

test('a touch is awaited once more than half of the interval has passed', async () => {
  const setting = managed()
  const session = await shared(setting)
  await setting.clock.advance(900_001)
  setting.store.next('replace', 'offline')
  await expect(session.touch()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await session.touch()
  expect(session.lastAccessedAt).toBe(setting.clock.now())
})

test('a touch that failed is tried again in the background', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(60_000)
  setting.store.next('replace', 'offline', 'offline')
  await session.touch()
  await setting.clock.advance(999)
  expect(session.lastAccessedAt).toBe(session.createdAt)
  await setting.clock.advance(3000)
  expect(session.lastAccessedAt).toBeGreaterThan(session.createdAt)
})

test('a touch does not undo what another worker saved', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(60_000)
  const theirs = await setting.other().load(session.id)
  theirs!.data['n'] = 1
  await theirs!.save()
  await session.touch()
  await setting.clock.advance(1000)
  expect((await setting.manager.load(session.id))?.data).toEqual({ n: 1 })
})

test('a new session is not touched', async () => {
  const { manager, store } = managed()
  await manager.create().touch()
  expect(store.calls).toEqual([])
})

test('after close no touch is tried again', async () => {
  const setting = managed({ touchAfter: 60 })
  const session = await shared(setting)
  await setting.clock.advance(60_000)
  setting.store.always('offline')
  await session.touch()
  await turnOfLoop()
  expect(setting.clock.waiting).toBe(1)
  await setting.manager.close()
  expect(setting.clock.waiting).toBe(0)
})

async function shared({ manager }: Managed): Promise<Session> {
  const session = manager.create()
  await session.save()
  return session
}

import { expect, test } from 'vitest'
import type { Session } from '../src/session.ts'
import { managed } from './saving/managed.ts'
import type { Managed } from './saving/managed.ts'

const increment = (data: Record<string, unknown>): number => {
  const next = Number(data['n'] ?? 0) + 1
  data['n'] = next
  return next
}

test('an update sees what is stored, and gives what its function returned', async () => {
  const setting = managed()
  const session = await shared(setting, { n: 1 })
  const theirs = await setting.other().load(session.id)
  theirs!.data['n'] = 41
  await theirs!.save()
  await expect(setting.clock.until(session.update(increment))).resolves.toBe(42)
  expect(session.data['n']).toBe(42)
})

test('forty updates of three workers lose none', async () => {
  const setting = managed({ operationTimeout: 60_000 })
  const { id } = await shared(setting)
  const workers = [setting.manager, setting.other(), setting.other({ workerName: 'w3' })]
  const updates = Array.from({ length: 40 }, async (_, n) => {
    const session = await workers[n % 3]!.load(id)
    return session!.update(increment)
  })
  const results = await setting.clock.until(Promise.all(updates))
  expect((await setting.manager.load(id))?.data['n']).toBe(40)
  expect(new Set(results).size).toBe(40)
})

test('an update is not made twice when its reply is lost', async () => {
  const setting = managed()
  const session = await shared(setting, { n: 1 })
  setting.store.next('replace', 'replyLost')
  await expect(setting.clock.until(session.update(increment))).resolves.toBe(2)
  expect((await setting.manager.load(session.id))?.data['n']).toBe(2)
})

test("an update sees this request's own unsaved changes, and stores them too", async () => {
  const setting = managed()
  const session = await shared(setting)
  session.data['n'] = 5
  session.data['user'] = 'ann'
  await expect(session.update(increment)).resolves.toBe(6)
  expect((await setting.manager.load(session.id))?.data).toEqual({ n: 6, user: 'ann' })
})

test('an update that changes nothing writes nothing, but is true of what is stored', async () => {
  const setting = managed()
  const session = await shared(setting, { n: 1 })
  const theirs = await setting.other().load(session.id)
  theirs!.data['n'] = 2
  await theirs!.save()
  setting.store.takeCalls()
  await expect(setting.clock.until(session.update((data) => data['n']))).resolves.toBe(2)
  expect(setting.store.calls).toEqual(['load'])
  expect(session.data['n']).toBe(2)
})

test('an update that throws rejects, and nothing of it is saved', async () => {
  const setting = managed()
  const session = await shared(setting, { n: 1 })
  const failing = session.update((data) => {
    data['n'] = 99
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect((await setting.manager.load(session.id))?.data['n']).toBe(1)
  expect(session.data['n']).toBe(1)
})

test('an update that throws leaves a new session unstored', async () => {
  const { manager, store } = managed()
  const failing = manager.create().update(() => {
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(store.calls).toEqual([])
})

test('an asynchronous update is a TypeError, and its promise makes no noise', async () => {
  const setting = managed()
  const session = await shared(setting)
  const asynchronous = session.update(() => Promise.reject(new Error('nobody hears this')))
  await expect(asynchronous).rejects.toThrow(TypeError)
})

test('what is changed while an update is under way is still to be saved', async () => {
  const setting = managed()
  const session = await shared(setting, { n: 1, gone: 1 })
  const update = session.update(increment)
  session.data['user'] = 'ann'
  delete session.data['gone']
  await update
  expect({ ...session.data }).toEqual({ n: 2, user: 'ann' })
  await session.save()
  expect((await setting.manager.load(session.id))?.data).toEqual({ n: 2, user: 'ann' })
})

async function shared({ manager }: Managed, data: Record<string, unknown> = {}): Promise<Session> {
  const session = manager.create({ data })
  await session.save()
  return session
}

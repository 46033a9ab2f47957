import { expect, test } from 'vitest'
import type { OnUnreadable } from '../src/options/session-manager-options.ts'
import { managed } from './saving/managed.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const GARBAGE = '{"format":1,"pin":"secret-4711"'

test('a store that never answers costs one budget for a load', async () => {
  const { manager, store, clock } = managed({ operationTimeout: 500 })
  store.always('hangs')
  const start = clock.now()
  await expect(clock.until(manager.load('HZ0'))).rejects.toEqual(code('STORE_UNAVAILABLE'))
  expect(clock.now() - start).toBe(500)
})

test('a store that never answers costs one budget for a save, an update, an end', async () => {
  const { manager, store, clock } = managed({ operationTimeout: 500 })
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  store.always('hangs')
  const calls: readonly (() => Promise<unknown>)[] = [
    () => session.save(),
    () => session.update((data) => (data['n'] = 2)),
    () => session.end(),
  ]
  for (const call of calls) {
    const start = clock.now()
    await expect(clock.until(call())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      status: 503,
      headers: { 'Retry-After': '1' },
    })
    expect(clock.now() - start).toBeLessThanOrEqual(500)
  }
})

test('a save that waits behind another one keeps its own budget', async () => {
  const { manager, store, clock } = managed({ operationTimeout: 500 })
  const session = manager.create()
  await session.save()
  store.always('hangs')
  session.data['a'] = 1
  const first = session.save().catch((error: unknown) => error)
  await clock.advance(300)
  session.data['b'] = 1
  const start = clock.now()
  await expect(clock.until(session.save())).rejects.toEqual(code('STORE_UNAVAILABLE'))
  expect(clock.now() - start).toBeLessThanOrEqual(500)
  await expect(first).resolves.toEqual(code('STORE_UNAVAILABLE'))
})

test('a store that is offline is told at once', async () => {
  const { manager, store, clock } = managed()
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  store.always('offline')
  await expect(manager.load(session.id)).rejects.toEqual(code('STORE_UNAVAILABLE'))
  await expect(session.save()).rejects.toEqual(code('STORE_UNAVAILABLE'))
  await expect(session.end()).rejects.toEqual(code('STORE_UNAVAILABLE'))
  expect(clock.waiting).toBe(0)
})

test('a change that could not be saved is still there to be saved', async () => {
  const { manager, store } = managed()
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  store.next('replace', 'offline')
  await expect(session.save()).rejects.toEqual(code('STORE_UNAVAILABLE'))
  await session.save()
  expect((await manager.load(session.id))?.data).toEqual({ n: 1 })
})

test('a load that fails fast is repeated while there is time', async () => {
  const { manager, store, clock } = managed()
  const session = manager.create()
  await session.save()
  store.next('load', 'lost', 'lost')
  await expect(clock.until(manager.load(session.id))).resolves.toBeDefined()
})

test('after every call no timer is left', async () => {
  const { manager, clock } = managed()
  const session = manager.create()
  await session.save()
  await session.update((data) => (data['n'] = 1))
  await manager.load(session.id)
  await session.end()
  expect(clock.waiting).toBe(0)
})

test.each(['not json', '[]', '7', 'null', '{"format":2}', GARBAGE])(
  'an entry that is no session of ours is no session, said once, and left in place',
  async (text) => {
    const { manager, store, log } = managed()
    await store.memory.create('HZ0', text, { seconds: 1000 })
    await expect(manager.load('HZ0')).resolves.toBeUndefined()
    await expect(manager.load('HZ0')).resolves.toBeUndefined()
    await expect(store.memory.load('HZ0')).resolves.toBe(text)
    expect(log).toHaveLength(1)
    expect(log[0]).not.toMatch(/secret|HZ0/)
  },
)

test("onUnreadable: 'fail' refuses the request", async () => {
  const { manager, store } = await withGarbage('fail')
  await expect(manager.load('HZ0')).rejects.toMatchObject({ code: 'RECORD_UNREADABLE', status: 500 })
  await expect(store.memory.load('HZ0')).resolves.toBe(GARBAGE)
})

test("onUnreadable: 'remove' removes it", async () => {
  const { manager, store } = await withGarbage('remove')
  await expect(manager.load('HZ0')).resolves.toBeUndefined()
  await expect(store.memory.load('HZ0')).resolves.toBeUndefined()
})

test("onUnreadable: 'remove' keeps to the budget of a load when the store does not answer", async () => {
  const { manager, store, clock } = await withGarbage('remove')
  store.next('remove', 'hangs')
  const start = clock.now()
  await clock.until(manager.load('HZ0').catch(() => {}))
  expect(clock.now() - start).toBeLessThanOrEqual(2000)
})

test('close lets the writes under way finish, and refuses what comes after', async () => {
  const { manager, store } = managed()
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  const saving = session.save()
  await manager.close()
  await expect(saving).resolves.toBeUndefined()
  await expect(store.memory.load(session.id)).resolves.toContain('"n":"1"')
  session.data['n'] = 2
  await expect(session.save()).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(session.update(() => {})).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(session.touch()).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(session.end()).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(manager.load(session.id)).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(manager.end(session.id)).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(manager.ready()).rejects.toEqual(code('MANAGER_CLOSED'))
  await expect(manager.sessions()[Symbol.asyncIterator]().next()).rejects.toEqual(code('MANAGER_CLOSED'))
})

test('close waits for a store that does not answer no longer than one budget, and says so', async () => {
  const { manager, store, clock, log } = managed({ operationTimeout: 500 })
  const session = manager.create()
  await session.save()
  session.data['n'] = 1
  store.always('hangs')
  session.save().catch(() => {})
  const start = clock.now()
  await clock.until(manager.close())
  expect(clock.now() - start).toBeLessThanOrEqual(500)
  await clock.advance(10)
  expect(clock.waiting).toBe(0)
  expect(log.filter((line) => line.startsWith('warn')).length).toBeLessThanOrEqual(1)
})

test('closing twice is closing once', async () => {
  const { manager } = managed()
  expect(manager.close()).toBe(manager.close())
  await manager.close()
})

test('close leaves a store that was given', async () => {
  const { manager, other } = managed()
  const session = manager.create()
  await session.save()
  await manager.close()
  await expect(other().load(session.id)).resolves.toBeDefined()
})

async function withGarbage(onUnreadable: OnUnreadable): Promise<ReturnType<typeof managed>> {
  const setting = managed({ onUnreadable })
  await setting.store.memory.create('HZ0', GARBAGE, { seconds: 1000 })
  return setting
}

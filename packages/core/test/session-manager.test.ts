import { expect, test } from 'vitest'
import { MemoryRecordStore } from '../src/records/memory-record-store.ts'
import type { StoreWatcher } from '../src/records/record-store.ts'
import { SessionManager } from '../src/session-manager.ts'
import { loggerInto, managed } from './saving/managed.ts'
import { ManualClock } from './saving/manual-clock.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

test('a new session is in this process only until it is saved', async () => {
  const { manager, store } = managed()
  const session = manager.create({ data: { user: 'ann' } })
  expect(session.isNew).toBe(true)
  expect(session.id).toMatch(/^HZ[0-9A-F]{32}$/)
  expect(store.calls).toEqual([])
  await session.save()
  expect(session.isNew).toBe(false)
  expect(store.calls).toEqual(['create'])
})

test('a saved session is loaded with its attributes, by any worker', async () => {
  const { manager, other, clock } = managed()
  const session = manager.create({ data: { user: 'ann', cart: { items: [1] } } })
  await session.save()
  const loaded = await other().load(session.id)
  expect(loaded?.data).toEqual({ user: 'ann', cart: { items: [1] } })
  expect(loaded?.isNew).toBe(false)
  expect(loaded?.createdAt).toBe(clock.now())
  expect(loaded?.maxInactiveInterval).toBe(1800)
})

test('a session may be stored without attributes', async () => {
  const { manager } = managed()
  const session = manager.create()
  await session.save()
  expect((await manager.load(session.id))?.data).toEqual({})
})

test('a session that does not exist is undefined', async () => {
  const { manager } = managed()
  await expect(manager.load('HZ0')).resolves.toBeUndefined()
})

test.each(['', 'x'.repeat(257)])('an id that nobody can have is not asked for', async (id) => {
  const { manager, store } = managed()
  await expect(manager.load(id)).resolves.toBeUndefined()
  expect(store.calls).toEqual([])
})

test('a request that only reads makes exactly one load and no write', async () => {
  const { manager, store } = managed()
  const { id } = await saved(manager, { cart: { items: [1] } })
  store.takeCalls()
  const session = await manager.load(id)
  expect(session?.data['cart']).toEqual({ items: [1] })
  await session?.save()
  expect(store.calls).toEqual(['load'])
})

test('a change makes one load and one write, and keeps the creation time', async () => {
  const { manager, store, clock } = managed()
  const { id, createdAt } = await saved(manager, { n: 1 })
  await clock.advance(5000)
  store.takeCalls()
  const session = await manager.load(id)
  session!.data['n'] = 2
  await session!.save()
  expect(store.calls).toEqual(['load', 'replace'])
  const again = await manager.load(id)
  expect(again).toMatchObject({ createdAt, lastAccessedAt: clock.now() })
})

test('saving twice without a change in between writes once', async () => {
  const { manager, store } = managed()
  const session = await saved(manager, { n: 1 })
  store.takeCalls()
  await session.save()
  expect(store.calls).toEqual([])
})

test('a saved session is saved again without being loaded again', async () => {
  const { manager, store } = managed()
  const session = await saved(manager, { n: 1 })
  session.data['n'] = 2
  await session.save()
  expect(store.calls).toEqual(['create', 'replace'])
})

test('replaceData leaves nothing of before, and nothing else', async () => {
  const { manager } = managed()
  const session = await saved(manager, { a: 1, b: 2 })
  session.replaceData({ b: 3, c: 4 })
  await session.save()
  expect((await manager.load(session.id))?.data).toEqual({ b: 3, c: 4 })
})

test("a session's own interval is saved with it, and moves its expiry", async () => {
  const { manager, clock } = managed()
  const session = await saved(manager)
  session.maxInactiveInterval = 100
  await session.save()
  const loaded = await manager.load(session.id)
  expect(loaded?.maxInactiveInterval).toBe(100)
  expect(loaded?.expiresAt).toBe(clock.now() + (100 + 5 + 2) * 1000)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('an interval of %s is refused', (seconds) => {
  const session = managed().manager.create()
  expect(() => {
    session.maxInactiveInterval = seconds
  }).toThrow(TypeError)
})

test("the cookie's age is saved with the session, -1 for a browser session", async () => {
  const { manager } = managed()
  const session = manager.create()
  expect(session.cookieMaxAge).toBeUndefined()
  session.cookieMaxAge = -1
  await session.save()
  expect((await manager.load(session.id))?.cookieMaxAge).toBe(-1)
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a cookie age of %s is refused', (seconds) => {
  const session = managed().manager.create()
  expect(() => {
    session.cookieMaxAge = seconds
  }).toThrow(TypeError)
})

test('an expired session is never served', async () => {
  const { manager, clock } = managed({ maxInactiveInterval: 100, touchAfter: 10 })
  const { id, expiresAt } = await saved(manager)
  expect(expiresAt).toBe(clock.now() + 112_000)
  await clock.advance(111_999)
  expect(await manager.load(id)).toBeDefined()
  await clock.advance(1)
  expect(await manager.load(id)).toBeUndefined()
})

test('a session ends at its absolute limit, however often it is used', async () => {
  const { manager, clock } = managed({ absoluteTimeout: 300, maxInactiveInterval: 200 })
  const { id } = await saved(manager)
  await clock.advance(150_000)
  const session = await manager.load(id)
  session!.data['n'] = 1
  await session!.save()
  await clock.advance(149_999)
  expect(await manager.load(id)).toBeDefined()
  await clock.advance(1)
  expect(await manager.load(id)).toBeUndefined()
})

test('sessions lists the live ones, and neither markers nor expired nor foreign entries', async () => {
  const { manager, store, clock } = managed({ maxInactiveInterval: 100 })
  const expired = await saved(manager)
  await clock.advance(107_000)
  const live = await saved(manager, { user: 'ann' })
  const ended = await saved(manager)
  await ended.end()
  await store.memory.create('foreign', 'not ours', { seconds: 1000 })
  const found = []
  for await (const session of manager.sessions()) found.push(session)
  expect(store.memory.secondsLeft(expired.id)).toBeGreaterThan(0)
  expect(found.map(({ id, data }) => ({ id, data }))).toEqual([{ id: live.id, data: { user: 'ann' } }])
})

test('sessions lists many pages, and of an id change that is not completed the new id alone', async () => {
  const { manager } = managed()
  const ids: string[] = []
  for (let n = 0; n < 250; n++) {
    const session = await saved(manager, { n })
    if (n % 3 === 0) await session.signIn('ann')
    ids.push(session.id)
  }
  const found: string[] = []
  for await (const session of manager.sessions()) found.push(session.id)
  expect(found.toSorted()).toEqual(ids.toSorted())
})

test('the worker is the one that was named', () => {
  expect(managed().manager.worker).toEqual({ name: 'w1' })
})

test('without a cluster to ask, ready is ready', async () => {
  await expect(managed().manager.ready()).resolves.toBeUndefined()
})

test('ready rejects when the store is not ready in time', async () => {
  const clock = new ManualClock()
  const store = Object.assign(new MemoryRecordStore(clock), { ready: () => new Promise<void>(() => {}) })
  const manager = new SessionManager({ recordStore: store }, { environment: {}, clock })
  const start = clock.now()
  await expect(clock.until(manager.ready(300))).rejects.toEqual(code('STORE_UNAVAILABLE'))
  expect(clock.now() - start).toBe(300)
})

test('ready that rejects says why, as far as the store has said so', async () => {
  const clock = new ManualClock()
  const watchers: StoreWatcher[] = []
  const store = Object.assign(new MemoryRecordStore(clock), {
    ready: () => new Promise<void>(() => {}),
    watch: (watcher: StoreWatcher) => void watchers.push(watcher),
  })
  const manager = new SessionManager({ recordStore: store, logger: loggerInto([]) }, { environment: {}, clock })
  watchers[0]?.unavailable('no Java was found')
  await expect(clock.until(manager.ready(300))).rejects.toThrow('not ready within 300 ms: no Java was found.')
  watchers[0]?.available()
  await expect(clock.until(manager.ready(300))).rejects.toThrow('not ready within 300 ms.')
})

test('ready waits for ever when it is told to', async () => {
  const store = Object.assign(new MemoryRecordStore(), {
    ready: () =>
      new Promise<void>((resolve) => {
        setTimeout(resolve, 20)
      }),
  })
  const manager = new SessionManager({ recordStore: store }, { environment: {} })
  await expect(manager.ready(Number.POSITIVE_INFINITY)).resolves.toBeUndefined()
})

test('with enabled: false sessions live in this process', async () => {
  const manager = new SessionManager({ enabled: false }, { environment: {} })
  const session = await saved(manager, { user: 'ann' })
  expect((await manager.load(session.id))?.data).toEqual({ user: 'ann' })
  await manager.close()
})

test('what the store says of itself is logged and becomes an event', async () => {
  const log: string[] = []
  const heard: unknown[] = []
  const store = new WatchedStore()
  const manager = new SessionManager({ recordStore: store, logger: loggerInto(log) }, { environment: {} })
  manager.on('storeUnavailable', (event) => heard.push(event)).on('storeAvailable', (event) => heard.push(event))
  store.watcher?.unavailable('it went away')
  store.watcher?.available()
  expect(heard).toEqual([{ reason: 'it went away' }, {}])
  expect(log).toEqual([
    'warn: The session store is not available: it went away',
    'info: The session store is available.',
  ])
})

test('no log line holds an id or a value', async () => {
  const { manager, log, other, clock } = managed({ debug: true })
  const session = await saved(manager, { pin: 'secret-4711' })
  const theirs = await other().load(session.id)
  theirs!.data['pin'] = 'secret-4712'
  await theirs!.save()
  session.data['pin'] = 'secret-4713'
  await clock.until(session.save())
  await session.end()
  expect(log.join('\n')).toContain('"pin"')
  expect(log.join('\n')).not.toMatch(/secret|HZ/)
})

class WatchedStore extends MemoryRecordStore {
  watcher: { available(): void; unavailable(reason: string): void } | undefined

  watch(watcher: { available(): void; unavailable(reason: string): void }): void {
    this.watcher = watcher
  }
}

async function saved(
  manager: SessionManager,
  data: Record<string, unknown> = {},
): Promise<ReturnType<typeof manager.create>> {
  const session = manager.create({ data })
  await session.save()
  return session
}

test.each(['', 'x'.repeat(257)])('there is no session of an id that nobody could ask for (%#)', async (id) => {
  const { manager, store } = managed()
  expect(() => manager.create({ id })).toThrow(/id of a session/)
  expect([await manager.load(id), await manager.end(id)]).toEqual([undefined, false])
  expect(store.calls).toEqual([])
})

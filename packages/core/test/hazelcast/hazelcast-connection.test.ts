import type { ClientConfig } from 'hazelcast-client'
import { beforeEach, expect, test, vi } from 'vitest'
import { HazelcastConnection } from '../../src/hazelcast/hazelcast-connection.ts'
import type { HazelcastConnectionOptions } from '../../src/hazelcast/hazelcast-connection.ts'
import { loggerInto } from '../saving/managed.ts'
import { ManualClock, turnOfLoop } from '../saving/manual-clock.ts'
import { FakeCluster } from './fake-cluster.ts'

const faked = vi.hoisted(() => ({ start: (_config: unknown): Promise<unknown> => Promise.reject(new Error('unset')) }))

vi.mock('hazelcast-client', async (original) => {
  const actual = await original<{ default: object }>()
  const Client = { newHazelcastClient: (config: unknown) => faked.start(config) }
  return { ...actual, default: { ...actual.default, Client } }
})

let cluster: FakeCluster

beforeEach(() => {
  cluster = new FakeCluster()
  faked.start = (config) => cluster.newHazelcastClient(config as ClientConfig)
})

const unsent = expect.objectContaining({ code: 'STORE_UNAVAILABLE', unsent: true }) as unknown

test('a connected client gives the map, and what the map gives to its entries', async () => {
  const { connection, heard } = await connected()
  await expect(connection.usable()).resolves.toMatchObject({ entryLife: 2000 })
  await expect(connection.ready()).resolves.toBeUndefined()
  expect(heard).toEqual(['available'])
  expect(cluster.start(0).client.map.entries.size).toBe(0)
})

test('the first calls of a process wait for the connection, for half of their budget', async () => {
  const { connection, clock } = opened()
  const waiting = connection.usable()
  cluster.start(0).connect()
  await expect(clock.until(waiting)).resolves.toMatchObject({ entryLife: 2000 })

  const second = opened()
  const start = second.clock.now()
  await expect(second.clock.until(second.connection.usable())).rejects.toEqual(unsent)
  expect(second.clock.now() - start).toBe(1000)
  await expect(second.connection.usable()).rejects.toEqual(unsent)
})

test('a client that gave up is replaced, for as long as it takes', async () => {
  const { connection, clock, heard } = opened()
  for (let round = 0; round < 5; round++) {
    cluster.start(round).giveUp('no member answered')
    await clock.advance(300)
  }
  cluster.start(5).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
  expect(heard).toEqual(['unavailable: no member answered', 'available'])
})

test('a lost connection is told at once, and calls are refused until it is back', async () => {
  const { connection, heard } = await connected()
  const { client } = cluster.start(0)
  client.emit('DISCONNECTED')
  await expect(connection.usable()).rejects.toEqual(unsent)
  client.emit('CONNECTED')
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
  expect(heard).toEqual(['available', 'unavailable: the connection to the cluster was lost', 'available'])
  expect(cluster.starts).toHaveLength(1)
})

test('a client that shut itself down is replaced', async () => {
  const { connection, clock } = await connected()
  cluster.start(0).client.emit('DISCONNECTED')
  cluster.start(0).client.emit('SHUTDOWN')
  await clock.advance(300)
  cluster.start(1).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
})

test('a client whose map does not answer is shut down and replaced', async () => {
  const { connection, clock } = opened()
  const first = cluster.start(0)
  first.client.map.fate = 'hangs'
  first.connect()
  await clock.advance(5300)
  expect(first.client.isShutDown).toBe(true)
  cluster.start(1).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
})

test('what becomes of a client that was replaced does not matter any more', async () => {
  const { connection, clock, heard } = opened()
  const first = cluster.start(0)
  first.client.map.fate = 'hangs'
  first.client.shutsDown = false
  first.connect()
  await clock.advance(10_300)
  cluster.start(1).connect()
  await turnOfLoop()
  first.client.emit('SHUTDOWN')
  await expect(connection.usable()).resolves.toBeDefined()
  expect(heard.at(-1)).toBe('available')
})

test('a client that comes too late is shut down, and does not disturb the one in its place', async () => {
  const { connection, clock } = opened()
  await clock.advance(15_300)
  cluster.start(1).connect()
  await turnOfLoop()
  cluster.start(0).connect()
  await turnOfLoop()
  expect(cluster.start(0).client.isShutDown).toBe(true)
  await expect(connection.usable()).resolves.toBeDefined()
})

test('close shuts the client down, refuses calls, and starts no other', async () => {
  const { connection, clock } = await connected()
  await connection.close()
  await connection.close()
  expect(cluster.start(0).client.isShutDown).toBe(true)
  await expect(connection.usable()).rejects.toEqual(unsent)
  await expect(connection.ready()).rejects.toEqual(unsent)
  await clock.advance(60_000)
  expect(cluster.starts).toHaveLength(1)
  expect(clock.waiting).toBe(0)
})

test('a client that connects after close is shut down', async () => {
  const { connection, clock } = opened()
  const ready = connection.ready()
  ready.catch(() => {})
  await connection.close()
  await expect(ready).rejects.toEqual(unsent)
  cluster.start(0).connect()
  await turnOfLoop()
  expect(cluster.start(0).client.isShutDown).toBe(true)
  await clock.advance(60_000)
  expect(cluster.starts).toHaveLength(1)
})

test('close does not wait for a client that will not shut down', async () => {
  const { connection, clock } = await connected()
  cluster.start(0).client.shutsDown = false
  await clock.until(connection.close())
  expect(cluster.start(0).client.isShutDown).toBe(true)
})

test('with shutdownOnDestroy: false the client goes on', async () => {
  const { connection } = await connected({ shutdownOnDestroy: false })
  await connection.close()
  expect(cluster.start(0).client.isShutDown).toBe(false)
  await expect(connection.usable()).rejects.toEqual(unsent)
})

test('a client that was given is used and never shut down', async () => {
  const other = new FakeCluster()
  const given = other.newHazelcastClient({})
  other.start(0).connect()
  const client = (await given) as unknown as NonNullable<HazelcastConnectionOptions['client']>
  const { connection } = opened({ client })
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
  await connection.close()
  expect(other.start(0).client.isShutDown).toBe(false)
  expect(cluster.starts).toEqual([])
})

test('a map that gives its entries no end is known as such', async () => {
  const { connection } = opened()
  cluster.start(0).client.map.ttl = 2 ** 63
  cluster.start(0).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toMatchObject({ entryLife: 0 })
})

interface Opened {
  readonly connection: HazelcastConnection
  readonly clock: ManualClock
  readonly heard: string[]
}

function opened(options: Partial<HazelcastConnectionOptions> = {}): Opened {
  const clock = new ManualClock()
  const heard: string[] = []
  const connection = new HazelcastConnection({
    clusterName: 'dev',
    clusterMembers: ['a:5701'],
    mapName: 'sessions',
    operationTimeout: 2000,
    shutdownOnDestroy: true,
    logger: loggerInto([]),
    clock,
    ...options,
  })
  connection.watch({
    available: () => heard.push('available'),
    unavailable: (reason) => heard.push(`unavailable: ${reason}`),
  })
  return { connection, clock, heard }
}

async function connected(options: Partial<HazelcastConnectionOptions> = {}): Promise<Opened> {
  const setting = opened(options)
  cluster.start(0).connect()
  await turnOfLoop()
  return setting
}

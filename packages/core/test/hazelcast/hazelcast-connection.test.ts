import type { Client, ClientConfig } from 'hazelcast-client'
import { beforeEach, expect, test, vi } from 'vitest'
import { HazelcastConnection } from '../../src/hazelcast/hazelcast-connection.ts'
import type { HazelcastConnectionOptions } from '../../src/hazelcast/hazelcast-connection.ts'
import { MissingPackageError } from '../../src/hazelcast/peer-to-peer.ts'
import type { PeerToPeer } from '../../src/hazelcast/peer-to-peer.ts'
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

test('a lost connection is told at once; calls wait for it for half of their budget, and are refused after that', async () => {
  const { connection, clock, heard } = await connected()
  const { client } = cluster.start(0)
  client.emit('DISCONNECTED')
  const lost = clock.now()
  await expect(clock.until(connection.usable())).rejects.toEqual(unsent)
  expect(clock.now() - lost).toBe(1000)
  await expect(connection.usable()).rejects.toEqual(unsent)
  expect(clock.now() - lost).toBe(1000)
  client.emit('CONNECTED')
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
  expect(heard).toEqual(['available', 'unavailable: the connection to the cluster was lost', 'available'])
  expect(cluster.starts).toHaveLength(1)
})

test('a call that waits goes on when the connection is back', async () => {
  const { connection, clock } = await connected()
  const { client } = cluster.start(0)
  client.emit('DISCONNECTED')
  const waiting = connection.usable()
  await clock.advance(900)
  client.emit('CONNECTED')
  await expect(clock.until(waiting)).resolves.toBeDefined()
  expect(clock.waiting).toBe(0)
})

test('where sessions go on from copies no call waits', async () => {
  const { connection } = await connected({ onStoreError: 'local' })
  cluster.start(0).client.emit('DISCONNECTED')
  await expect(connection.usable()).rejects.toEqual(unsent)
})

test('a call that waits is refused when the connection is closed', async () => {
  const { connection } = await connected()
  cluster.start(0).client.emit('DISCONNECTED')
  const waiting = connection.usable()
  waiting.catch(() => {})
  await connection.close()
  await expect(waiting).rejects.toEqual(unsent)
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

test('a client that many are given is mended once', () => {
  const heartbeatManager = { checkConnection: () => {}, heartbeatInterval: 1000, heartbeatTimeout: 5000 }
  const client = { connectionManager: { heartbeatManager } } as unknown as Client
  const before = heartbeatManager.checkConnection
  opened({ client })
  const mended = heartbeatManager.checkConnection
  opened({ client })
  expect(mended).not.toBe(before)
  expect(heartbeatManager.checkConnection).toBe(mended)
})

test('a map that gives its entries no end is known as such', async () => {
  const { connection } = opened()
  cluster.start(0).client.map.ttl = 2 ** 63
  cluster.start(0).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toMatchObject({ entryLife: 0 })
})

test('members of our own: the client gets what was found, and they are told of it and closed after it', async () => {
  const told: string[] = []
  const peers = {
    find: async () => ({ clusterName: 'own', clusterMembers: ['127.0.0.1:5702'] }),
    attend: () => void told.push('attend'),
    leave: () => void told.push('leave'),
    close: async () => void told.push(`close, client shut down: ${cluster.start(0).client.isShutDown}`),
  }
  const { connection } = opened({ peers: peers as unknown as PeerToPeer })
  await turnOfLoop()
  const { client } = cluster.start(0)
  expect(client.config).toMatchObject({ clusterName: 'own', network: { clusterMembers: ['127.0.0.1:5702'] } })
  cluster.start(0).connect()
  await turnOfLoop()
  client.emit('DISCONNECTED')
  client.emit('CONNECTED')
  await turnOfLoop()
  await connection.close()
  expect(told).toEqual(['attend', 'leave', 'attend', 'close, client shut down: true'])
})

test('while no member of our own is there the reason is told, and it is asked again', async () => {
  const outcomes: (() => Promise<unknown>)[] = [
    () => Promise.reject(new Error('no Java')),
    () => Promise.reject(new Error('no Java')),
    async () => ({ clusterName: 'own', clusterMembers: ['a:1'] }),
  ]
  const peers = { find: async () => outcomes.shift()?.(), attend: () => {}, leave: () => {}, close: async () => {} }
  const { connection, clock, heard } = opened({ peers: peers as unknown as PeerToPeer })
  await clock.advance(600)
  await expect(connection.usable()).rejects.toThrow('no Java')
  await clock.advance(300)
  cluster.start(0).connect()
  await turnOfLoop()
  await expect(connection.usable()).resolves.toBeDefined()
  expect(heard).toEqual(['unavailable: no Java', 'available'])
})

test('what can never come about is not waited for', async () => {
  const peers = {
    find: () => Promise.reject(new MissingPackageError('not installed.')),
    leave: () => {},
    close: async () => {},
  }
  const { connection, clock } = opened({ peers: peers as unknown as PeerToPeer })
  await expect(connection.ready()).rejects.toThrow('not installed')
  await expect(connection.usable()).rejects.toThrow(/not installed\.$/)
  await clock.advance(60_000)
  expect(clock.waiting).toBe(0)
  await connection.close()
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

import { createRequire } from 'node:module'
import type { Client } from 'hazelcast-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgiveStalls } from '../../src/hazelcast/stalled-heartbeats.ts'

/** The client's own, which it does not export. */
interface HeartbeatManager {
  start(invocationService: object): void
  shutdown(): void
}

type HeartbeatManagerClass = new (properties: object, logger: object, connectionManager: object) => HeartbeatManager

const { HeartbeatManager } = createRequire(import.meta.url)('hazelcast-client/lib/network/HeartbeatManager') as {
  HeartbeatManager: HeartbeatManagerClass
}

const PROPERTIES = { 'hazelcast.client.heartbeat.interval': 1000, 'hazelcast.client.heartbeat.timeout': 5000 }
const STALL = 20_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A connection under the client's heartbeats, to a member that answers them or is silent. */
function connected(mend: (client: Client) => void) {
  let isAnswering = true
  const state = { isOpen: true, read: Date.now(), heartbeats: 0 }
  const connection = {
    isAlive: () => state.isOpen,
    getLastReadTimeMillis: () => state.read,
    getLastWriteTimeMillis: () => state.read,
    close: () => void (state.isOpen = false),
  }
  const invocationService = {
    invokeUrgent: async () => {
      state.heartbeats += 1
      if (isAnswering) setTimeout(() => (state.read = Date.now()), 1)
    },
  }
  const connectionManager = {
    isActive: () => true,
    getConnectionRegistry: () => ({ getConnections: () => [connection] }),
  }
  const manager = new HeartbeatManager(PROPERTIES, { warn: () => {} }, connectionManager)
  manager.start(invocationService)
  mend({ connectionManager: { heartbeatManager: manager } } as unknown as Client)
  return { state, manager, silence: () => (isAnswering = false) }
}

/** Nothing of this process runs for so long, then its timers. */
async function stall(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms)
  await vi.advanceTimersByTimeAsync(1000)
}

test('the client alone closes healthy connections after a stall: this mend is still needed', async () => {
  const { state, manager } = connected(() => {})
  await vi.advanceTimersByTimeAsync(3000)
  await stall(STALL)
  expect(state.isOpen).toBe(false)
  manager.shutdown()
})

test('a member that answers after a stall keeps its connection', async () => {
  const { state, manager } = connected(forgiveStalls)
  await vi.advanceTimersByTimeAsync(3000)
  const before = state.heartbeats
  await stall(STALL)
  expect(state.heartbeats).toBe(before + 1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state.isOpen).toBe(true)
  manager.shutdown()
})

test('one that does not answer then loses it with the next check', async () => {
  const { state, manager, silence } = connected(forgiveStalls)
  await vi.advanceTimersByTimeAsync(3000)
  silence()
  await stall(STALL)
  expect(state.isOpen).toBe(true)
  await vi.advanceTimersByTimeAsync(1000)
  expect(state.isOpen).toBe(false)
  manager.shutdown()
})

test('without a stall a silent member loses its connection in time', async () => {
  const { state, manager, silence } = connected(forgiveStalls)
  silence()
  await vi.advanceTimersByTimeAsync(5000)
  expect(state.isOpen).toBe(true)
  await vi.advanceTimersByTimeAsync(2000)
  expect(state.isOpen).toBe(false)
  manager.shutdown()
})

test('another client is left as it is', () => {
  const client = { connectionManager: {} } as unknown as Client
  forgiveStalls(client)
  expect(client).toEqual({ connectionManager: {} })
})

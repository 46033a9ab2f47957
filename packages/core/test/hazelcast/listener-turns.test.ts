import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Client } from 'hazelcast-client'
import { expect, test } from 'vitest'
import { giveListenerTurns } from '../../src/hazelcast/listener-turns.ts'

/** The client's own, which it does not export. */
interface ListenerService {
  start(): void
}

type ListenerServiceClass = new (...parts: readonly object[]) => ListenerService

const { ClusterViewListenerService } = createRequire(import.meta.url)(
  'hazelcast-client/lib/listener/ClusterViewListenerService',
) as { ClusterViewListenerService: ListenerServiceClass }

/** By then nothing but an end without a turn of the loop can be meant. */
const MOST_TRIES = 1000

/** Registers at a connection that is dead, and says so in the next turn of the loop. How often was that tried? */
async function triesAtDeadConnection(mend: (client: Client) => void): Promise<number> {
  const connection = {}
  let connections = [connection]
  let tries = 0
  const connectionManager = Object.assign(new EventEmitter(), {
    getConnectionRegistry: () => ({ getRandomConnection: () => connections[0] ?? null }),
  })
  const invocationService = {
    invokeUrgent: async () => {
      tries += 1
      if (tries > MOST_TRIES) connections = []
      throw new Error('this connection was closed')
    },
  }
  const clusterService = { onClusterConnect: () => {} }
  const logger = { trace: () => {} }
  const service = new ClusterViewListenerService(logger, connectionManager, {}, clusterService, invocationService)
  mend({ clusterViewListenerService: service } as unknown as Client)
  service.start()
  connectionManager.emit('connectionAdded', connection)
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      connections = []
      connectionManager.emit('connectionRemoved', connection)
      resolve()
    })
  })
  await new Promise((resolve) => setTimeout(resolve, 10))
  return tries
}

test('the client alone tries without end: this mend is still needed', async () => {
  expect(await triesAtDeadConnection(() => {})).toBeGreaterThan(MOST_TRIES)
})

test('the loop turns between two tries, so that the client learns of the end of a connection', async () => {
  expect(await triesAtDeadConnection(giveListenerTurns)).toBeLessThan(10)
})

test('another client is left as it is', () => {
  const client = { clusterViewListenerService: undefined } as unknown as Client
  giveListenerTurns(client)
  expect(client).toEqual({ clusterViewListenerService: undefined })
})

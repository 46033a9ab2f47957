import type { Clock } from './clock.ts'
import { HazelcastRecordStore } from './hazelcast/hazelcast-record-store.ts'
import { PeerToPeer } from './hazelcast/peer-to-peer.ts'
import type { Logger } from './logger.ts'
import type { ResolvedOptions } from './options/session-manager-options.ts'
import { topologyOf } from './options/topology.ts'
import { MemoryRecordStore } from './records/memory-record-store.ts'
import type { RecordStore } from './records/record-store.ts'
import { SessionLifetime } from './session-lifetime.ts'

/** What a store needs of the process. */
export interface StoreSurroundings {
  readonly clock: Clock
  readonly logger: Logger
  readonly environment: NodeJS.ProcessEnv
}

/** The store that the options ask for. */
export function openRecordStore(options: ResolvedOptions, surroundings: StoreSurroundings): RecordStore {
  const { clock, logger, environment } = surroundings
  if (!options.enabled) return new MemoryRecordStore(clock)
  if (options.recordStore) return options.recordStore
  const lifetime = new SessionLifetime(options)
  const start = { createdAt: 0, lastAccessedAt: 0, maxInactiveInterval: options.maxInactiveInterval }
  const usualLife = lifetime.liveEntry(lifetime.expiresAt(start), 0).seconds
  const shared = { ...options, clock, logger, usualLife }
  if (topologyOf(options) === 'client-server') return new HazelcastRecordStore(shared)
  const peers = new PeerToPeer({ ...shared, isProduction: environment['NODE_ENV'] === 'production' })
  return new HazelcastRecordStore({ ...shared, peers })
}

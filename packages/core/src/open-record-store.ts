import type { Clock } from './clock.ts'
import { HazelcastRecordStore } from './hazelcast/hazelcast-record-store.ts'
import type { Logger } from './logger.ts'
import type { ResolvedOptions } from './options/session-manager-options.ts'
import { MemoryRecordStore } from './records/memory-record-store.ts'
import type { RecordStore } from './records/record-store.ts'
import { SessionLifetime } from './session-lifetime.ts'

/** The store that the options ask for. */
export function openRecordStore(options: ResolvedOptions, clock: Clock, logger: Logger): RecordStore {
  if (!options.enabled) return new MemoryRecordStore(clock)
  if (options.recordStore) return options.recordStore
  const lifetime = new SessionLifetime(options)
  const start = { createdAt: 0, lastAccessedAt: 0, maxInactiveInterval: options.maxInactiveInterval }
  const usualLife = lifetime.liveEntry(lifetime.expiresAt(start), 0).seconds
  return new HazelcastRecordStore({ ...options, clock, logger, usualLife })
}

export { HazelcastStore } from './hazelcast-store.ts'
export type { HazelcastStoreOptions, ListedSession, StoredData } from './hazelcast-store.ts'

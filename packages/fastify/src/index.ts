export { HazelcastStore } from './hazelcast-store.ts'
export type { HazelcastStoreOptions, ListedSession } from './hazelcast-store.ts'
export type { StoredData } from './library-session.ts'

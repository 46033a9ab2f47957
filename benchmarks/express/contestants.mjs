/**
 * @typedef {{ name: string, sessions: string, members?: number, sticky?: boolean }} Contestant
 * `members`: how many Hazelcast members its cluster has.
 */

/** Everything the others are compared with. */
export const BASE = 'connect-redis'

/** @type {readonly Contestant[]} */
export const CONTESTANTS = [
  { name: 'no session', sessions: 'none' },
  { name: 'MemoryStore', sessions: 'memory' },
  { name: BASE, sessions: 'redis' },
  { name: 'HazelcastStore, 1 member', sessions: 'store', members: 1 },
  { name: 'HazelcastStore, 2 members', sessions: 'store', members: 2 },
  { name: 'hazelcastSession, 1 member', sessions: 'middleware', members: 1, sticky: false },
  { name: 'hazelcastSession, 2 members', sessions: 'middleware', members: 2, sticky: false },
]

/**
 * @typedef {'express' | 'koa' | 'fastify'} Framework
 * @typedef {{ name: string, sessions: string, members?: number, sticky?: boolean }} Contestant
 * `members`: how many Hazelcast members its cluster has.
 */

const NONE = { name: 'no session', sessions: 'none' }

/** @param {number} members @returns {Contestant[]} */
function ours(members) {
  const cluster = `${members} member${members > 1 ? 's' : ''}`
  return [
    { name: `HazelcastStore, ${cluster}`, sessions: 'store', members },
    { name: `hazelcastSession, ${cluster}`, sessions: 'middleware', members, sticky: false },
    { name: `hazelcastSession, sticky, ${cluster}`, sessions: 'middleware', members, sticky: true },
  ]
}

/**
 * Who runs side by side. `base`: what the others are compared with, which is what people use today.
 * @type {Readonly<Record<Framework, { base: string, contestants: readonly Contestant[] }>>}
 */
export const FRAMEWORKS = {
  express: {
    base: 'connect-redis',
    contestants: [
      NONE,
      { name: 'MemoryStore', sessions: 'memory' },
      { name: 'connect-redis', sessions: 'redis' },
      ...ours(1),
      ...ours(2),
    ],
  },
  koa: { base: 'koa-redis', contestants: [NONE, { name: 'koa-redis', sessions: 'redis' }, ...ours(1)] },
  fastify: { base: 'connect-redis', contestants: [NONE, { name: 'connect-redis', sessions: 'redis' }, ...ours(1)] },
}

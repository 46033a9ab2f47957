/**
 * @typedef {'express' | 'koa' | 'fastify'} Framework
 * @typedef {{ name: string, sessions: string, sticky?: boolean }} Contestant
 */

const NONE = { name: 'no session', sessions: 'none' }

/** @type {readonly Contestant[]} */
const OURS = [
  { name: 'HazelcastStore', sessions: 'store' },
  { name: 'hazelcastSession', sessions: 'middleware', sticky: false },
  { name: 'hazelcastSession, sticky', sessions: 'middleware', sticky: true },
]

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
      ...OURS,
    ],
  },
  koa: { base: 'koa-redis', contestants: [NONE, { name: 'koa-redis', sessions: 'redis' }, ...OURS] },
  fastify: { base: 'connect-redis', contestants: [NONE, { name: 'connect-redis', sessions: 'redis' }, ...OURS] },
}

/** @param {string} name @returns {name is Framework} */
export function isFramework(name) {
  return name in FRAMEWORKS
}

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { startMember } from '@hazelcast-session/member'

/** As in production, but for their memory: one machine runs everything. */
/** @type {import('@hazelcast-session/member').StartMemberOptions} */
const MEMBERS = { profile: 'production', heapMb: 512 }

/**
 * @param {number} size
 * @param {string} clusterName
 * @param {number} port
 * @param {readonly string[]} mapNames Configured as sessions need it.
 */
export async function startCluster(size, clusterName, port, mapNames) {
  const members = Array.from({ length: size }, (_, index) => `127.0.0.1:${port + index}`)
  /** @type {import('@hazelcast-session/member').Member[]} */
  const started = []
  for (let index = 0; index < size; index++) {
    const join = size > 1 ? { members } : {}
    const maps = Object.fromEntries(mapNames.map((name) => [name, {}]))
    started.push(
      await startMember({ ...MEMBERS, ...join, maps, clusterName, port: port + index, autoIncrement: false }),
    )
  }
  const env = { HZ_SESSION_CLUSTER_MEMBERS: members.join(','), HZ_SESSION_CLUSTER_NAME: clusterName }
  return { env, stop: () => Promise.all(started.map((member) => member.stop())) }
}

/** A Redis of our own, without persistence, as a session store is usually run. */
export async function startRedis() {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error('redis-server cannot be run: install it (Debian: redis-server)')))
    child.stdout.on('data', (chunk) => String(chunk).includes('Ready to accept') && resolve(undefined))
  })
  return { env: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop: async () => void child.kill('SIGTERM') }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = Object(server.address())
      server.close(() => resolve(port))
    })
  })
}

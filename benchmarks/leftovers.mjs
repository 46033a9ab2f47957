// What a request leaves behind: bytes that outlive the young generation, by where they were allocated.
// node benchmarks/leftovers.mjs [express|koa|fastify] [none|redis|store|middleware] [sticky] [read|write]
import { once } from 'node:events'
import { join } from 'node:path'
import { startCluster, startRedis } from './frameworks/backends.mjs'
import { FRAMEWORKS, isFramework } from './frameworks/contestants.mjs'
import { beginSessions, startServer } from './frameworks/server.mjs'
import { newJar } from './load/connection.mjs'
import { runSlice } from './load/slice.mjs'

const [framework = 'express', sessions = 'middleware', ...rest] = process.argv.slice(2)
const isWrite = rest.includes('write')
const MAP = 'session_leftovers'
const JARS = 1000
const WARM_UP = 4000
const REQUESTS = 5000
/** Frames that tell an allocation from another. */
const DEPTH = 3
const LINES = 25

/**
 * @typedef {import('node:inspector').HeapProfiler.SamplingHeapProfileNode} Node
 */

/** @param {Node} root @returns {Map<string, number>} Bytes by the functions that allocated them. */
function bytesByPlace(root) {
  const bytes = new Map()
  const add = (/** @type {Node} */ node, /** @type {string[]} */ callers) => {
    const { functionName, url, lineNumber } = node.callFrame
    const stack = [
      `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`,
      ...callers,
    ]
    const place = stack.slice(0, DEPTH).join(' < ')
    bytes.set(place, (bytes.get(place) ?? 0) + node.selfSize)
    for (const child of node.children) add(child, stack)
  }
  add(root, [])
  return bytes
}

if (!isFramework(framework))
  throw new Error(`There is no framework "${framework}": ${Object.keys(FRAMEWORKS).join(', ')}`)
const cluster = await startCluster(1, 'leftovers', 5841, [MAP])
const redis = await startRedis()
const env = { ...cluster.env, ...redis.env, HZ_SESSION_MAP_NAME: MAP }
const sampler = join(import.meta.dirname, 'load/heap-sampler.mjs')
const contestant = { sessions, sticky: rest.includes('sticky') }
const { child, port } = await startServer(framework, contestant, env, ['--import', sampler])
try {
  const jars = Array.from({ length: JARS }, newJar)
  await beginSessions(port, jars)
  let turn = 0
  const next = () => {
    const jar = jars[turn++ % JARS] ?? newJar()
    return { method: isWrite ? 'POST' : 'GET', path: isWrite ? '/write' : '/read', jar, counts: false }
  }
  await runSlice(port, WARM_UP, next)
  child.send('start sampling')
  await once(child, 'message')
  await runSlice(port, REQUESTS, next)
  child.send('stop sampling')
  const [profile] = await once(child, 'message')
  const bytes = bytesByPlace(profile.head)
  const perRequest = (/** @type {number} */ all) => String(Math.round(all / REQUESTS)).padStart(8)
  console.log(perRequest([...bytes.values()].reduce((sum, own) => sum + own, 0)), 'bytes a request in all')
  const most = [...bytes].toSorted(([, a], [, b]) => b - a).slice(0, LINES)
  for (const [place, own] of most) console.log(perRequest(own), place)
} finally {
  child.disconnect()
  await redis.stop()
  await cluster.stop()
}

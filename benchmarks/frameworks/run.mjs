// What sessions cost on each framework, side by side. All servers of a table run at once; slices of load go to one after the
// other, in another order each round; what counts is the ratio to the base within a round. `npm run bench`, or less:
// BENCH_FRAMEWORKS=koa,fastify BENCH_MEMBERS=2 BENCH_ONLY=sticky BENCH_ROUNDS=2 BENCH_REQUESTS=1000 npm run bench
import { cpuMicroseconds } from '../load/process-cpu.mjs'
import { Connection, newJar } from '../load/connection.mjs'
import { runSlice } from '../load/slice.mjs'
import { quantile } from '../load/statistics.mjs'
import { startCluster, startRedis } from './backends.mjs'
import { FRAMEWORKS, isFramework } from './contestants.mjs'
import { beginSessions, startServer } from './server.mjs'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 6)
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 2000)
/** Rounds that do not count: until then servers, and members more so, compile what they run. */
const COLD_ROUNDS = 2
/**
 * Requests of a slice of those. A member of a Hotspot JVM takes 430 microseconds of processor time for a write after 8,000
 * of them, 118 after 16,000, and 86 from 50,000 on, of which a compiler in the background takes the difference.
 */
const COLD_REQUESTS = Number(process.env['BENCH_COLD_REQUESTS'] ?? 10_000)
const JARS = 1000
/**
 * Requests before each measured slice: a process that has idled is slow at first. One of each browser at least, so that
 * sessions are in use, and a sticky worker has copies of them that are not stale, as of browsers that are there.
 */
const WARM_UP = Math.max(JARS, Math.round(REQUESTS * 0.3))
const HOT_SESSIONS = 8
const ONLY = process.env['BENCH_ONLY']?.split(',')
/** Sizes of the clusters. */
const MEMBERS = (process.env['BENCH_MEMBERS'] ?? '1,2').split(',').map(Number)
const CHOSEN = process.env['BENCH_FRAMEWORKS']?.split(',') ?? Object.keys(FRAMEWORKS)

/**
 * @typedef {import('../load/connection.mjs').Jar} Jar
 * @typedef {import('./contestants.mjs').Framework} Framework
 * @typedef {{ name: string, child: import('node:child_process').ChildProcess, port: number, jars: Jar[], hot: Jar[],
 *   overlapped: number }} Server
 * @typedef {{ name: string, next: (server: Server) => (connection: number) => import('../load/connection.mjs').Shot }} Mix
 */

let turn = 0
/** @type {Mix[]} */
const MIXES = [
  {
    name: 'read',
    next:
      ({ jars }) =>
      () =>
        shot('GET', '/read', ownJar(jars), false),
  },
  {
    name: 'write',
    next:
      ({ jars }) =>
      () =>
        shot('POST', '/write', ownJar(jars), true),
  },
  {
    name: 'overlapping write',
    // Each connection has an attribute of its own, in a session that it shares with three others.
    next: (server) => (connection) => {
      server.overlapped++
      return shot('POST', `/overlap/w${connection}`, server.hot[connection % HOT_SESSIONS] ?? newJar(), false)
    },
  },
]

/** @param {Jar[]} jars */
function ownJar(jars) {
  // One after the other, so that no two requests under way share a session.
  return jars[turn++ % jars.length] ?? newJar()
}

/** @param {string} method @param {string} path @param {Jar} jar @param {boolean} counts */
function shot(method, path, jar, counts) {
  return { method, path, jar, counts }
}

/**
 * @param {Framework} framework
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Server>}
 */
async function start(framework, contestant, env) {
  const process = await startServer(framework, contestant, env, ['--no-flush-bytecode', '--no-memory-reducer'])
  const jars = Array.from({ length: JARS }, newJar)
  const hot = Array.from({ length: HOT_SESSIONS }, newJar)
  await beginSessions(process.port, [...jars, ...hot])
  return { name: contestant.name, ...process, jars, hot, overlapped: 0 }
}

/** @typedef {{ server: string, mix: string, round: number, rate: number, cpu: number }} Sample */

/** @param {Server} server @param {Mix} mix @param {number} round @returns {Promise<Sample>} */
async function measure(server, mix, round) {
  await runSlice(server.port, WARM_UP, mix.next(server))
  const pid = server.child.pid ?? 0
  const before = cpuMicroseconds(pid)
  const seconds = await runSlice(server.port, REQUESTS, mix.next(server))
  const cpu = (cpuMicroseconds(pid) - before) / REQUESTS
  return { server: server.name, mix: mix.name, round, rate: REQUESTS / seconds, cpu }
}

/** How many acknowledged writes a server's sessions do not hold. @param {Server} server */
async function lostWrites(server) {
  const connection = new Connection(server.port)
  const state = async (/** @type {Jar} */ jar) => JSON.parse(await connection.send(shot('GET', '/state', jar, false)))
  let lost = 0
  for (const jar of server.jars) lost += jar.acknowledged - (await state(jar)).count
  let kept = 0
  for (const jar of server.hot) {
    const held = await state(jar)
    for (const [name, value] of Object.entries(held)) if (/^w\d+$/.test(name)) kept += Number(value)
  }
  connection.close()
  return { lost, overlapped: server.overlapped, lostOverlapping: server.overlapped - kept }
}

/**
 * @param {Sample[]} samples
 * @param {string} base
 * @param {string} mix
 * @param {string} server
 * @param {'rate' | 'cpu'} what
 */
function ratios(samples, base, mix, server, what) {
  const of = (/** @type {string} */ name) => samples.filter((sample) => sample.mix === mix && sample.server === name)
  return of(server).map(
    (sample) => sample[what] / (of(base).find(({ round }) => round === sample.round)?.[what] ?? Number.NaN),
  )
}

/** @param {string} title @param {string} base @param {Sample[]} samples @param {Server[]} servers */
function printTables(title, base, samples, servers) {
  for (const { name: mix } of MIXES) {
    console.log(`\n${title}, ${mix}: x ${base}, median of ${ROUNDS} rounds (quartiles)`)
    console.log(`| server | requests/s | CPU of the server |\n|---|---|---|`)
    for (const { name } of servers) {
      const cells = /** @type {const} */ (['rate', 'cpu']).map((what) => {
        const all = ratios(samples, base, mix, name, what)
        return `${quantile(all, 0.5).toFixed(2)} (${quantile(all, 0.25).toFixed(2)}-${quantile(all, 0.75).toFixed(2)})`
      })
      console.log(`| ${name} | ${cells.join(' | ')} |`)
    }
  }
}

/** @param {Server[]} servers */
async function sampled(servers) {
  /** @type {Sample[]} */
  const samples = []
  for (let round = -COLD_ROUNDS; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? servers : servers.toReversed()
    for (const mix of MIXES) {
      for (const index of order.keys()) {
        const server = order[(index + round + COLD_ROUNDS) % order.length]
        if (!server) continue
        if (round < 0) await runSlice(server.port, COLD_REQUESTS, mix.next(server))
        else samples.push(await measure(server, mix, round))
      }
    }
    console.log(`bench: round ${round < 0 ? 'without measuring' : `${round + 1} of ${ROUNDS}`}`)
  }
  return samples
}

/** @param {string} title @param {Server[]} servers */
async function printLosses(title, servers) {
  console.log(`\n${title}, acknowledged writes that are not there afterwards`)
  console.log('| server | own sessions | overlapping |\n|---|---|---|')
  for (const server of servers) {
    if (server.name === 'no session') continue
    const { lost, lostOverlapping, overlapped } = await lostWrites(server)
    console.log(`| ${server.name} | ${lost} | ${lostOverlapping} of ${overlapped} |`)
  }
}

/**
 * One cluster at a time, which begins empty: what idles takes memory and caches from those that are measured.
 * @param {Framework} framework @param {number} members @param {NodeJS.ProcessEnv} redis
 */
async function compare(framework, members, redis) {
  const title = `${framework}, ${members} member${members > 1 ? 's' : ''}`
  const { base, contestants } = FRAMEWORKS[framework]
  const map = `session_${framework}`
  const cluster = await startCluster(members, `bench-${members}`, 5811, [map])
  /** @type {Server[]} */
  const servers = []
  try {
    for (const contestant of contestants) {
      const isChosen = ONLY?.some((part) => contestant.name.includes(part)) ?? true
      if (contestant.name !== base && !isChosen) continue
      const env = { ...redis, ...cluster.env, HZ_SESSION_MAP_NAME: map }
      servers.push(await start(framework, contestant, env))
      console.log(`bench: ${title}: ${contestant.name} runs`)
    }
    printTables(title, base, await sampled(servers), servers)
    await printLosses(title, servers)
  } finally {
    for (const { child } of servers) child.disconnect()
    await cluster.stop()
  }
}

async function main() {
  const redis = await startRedis()
  try {
    for (const framework of CHOSEN.filter(isFramework)) {
      for (const members of MEMBERS) await compare(framework, members, redis.env)
    }
  } finally {
    await redis.stop()
  }
}

await main()

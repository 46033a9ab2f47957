// What sessions cost on each framework, side by side. All servers of a framework run at once; slices of load go to one after
// the other, in another order each round; what counts is the ratio to the base within a round. `npm run bench`, or less:
// BENCH_FRAMEWORKS=koa,fastify BENCH_ONLY=sticky BENCH_ROUNDS=2 BENCH_REQUESTS=1000 npm run bench
import { fork } from 'node:child_process'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { cpuMicroseconds } from '../load/process-cpu.mjs'
import { runSlice, send, WIDTH } from '../load/slice.mjs'
import { quantile } from '../load/statistics.mjs'
import { startCluster, startRedis } from './backends.mjs'
import { FRAMEWORKS } from './contestants.mjs'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 6)
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 2000)
/** Requests before each measured slice: a process that has idled is slow at first. */
const WARM_UP = Math.round(REQUESTS * 0.3)
const JARS = 1000
const HOT_SESSIONS = 8
const ONLY = process.env['BENCH_ONLY']?.split(',')
const CHOSEN = process.env['BENCH_FRAMEWORKS']?.split(',') ?? Object.keys(FRAMEWORKS)

/**
 * @typedef {import('../load/slice.mjs').Jar} Jar
 * @typedef {import('./contestants.mjs').Framework} Framework
 * @typedef {{ name: string, child: import('node:child_process').ChildProcess, port: number, jars: Jar[], hot: Jar[],
 *   overlapped: number }} Server
 * @typedef {{ name: string, next: (server: Server) => (connection: number) => import('../load/slice.mjs').Shot }} Mix
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

/** @returns {Jar} */
function newJar() {
  return { cookies: new Map(), acknowledged: 0 }
}

/** @param {string} method @param {string} path @param {Jar} jar @param {boolean} counts */
function shot(method, path, jar, counts) {
  return { method, path, jar, counts }
}

/**
 * @param {string} framework
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Server>}
 */
async function startServer(framework, { name, sessions, sticky }, env) {
  const child = fork(join(import.meta.dirname, `servers/${framework}.mjs`), {
    env: {
      ...process.env,
      ...env,
      NODE_ENV: 'production',
      SESSIONS: sessions,
      ...(sticky === undefined ? {} : { HZ_SESSION_STICKY: String(sticky) }),
    },
    execArgv: ['--no-flush-bytecode', '--no-memory-reducer'],
  })
  const port = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(Object(message).port))
    child.once('exit', (code) => reject(new Error(`the server "${name}" ended with ${code}`)))
  })
  const server = {
    name,
    child,
    port,
    jars: Array.from({ length: JARS }, newJar),
    hot: Array.from({ length: HOT_SESSIONS }, newJar),
    overlapped: 0,
  }
  const agent = new Agent({ keepAlive: true })
  for (const jar of [...server.jars, ...server.hot]) await send(agent, port, shot('POST', '/begin', jar, false))
  agent.destroy()
  return server
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
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH })
  const state = async (/** @type {Jar} */ jar) =>
    JSON.parse(await send(agent, server.port, shot('GET', '/state', jar, false)))
  let lost = 0
  for (const jar of server.jars) lost += jar.acknowledged - (await state(jar)).count
  let kept = 0
  for (const jar of server.hot) {
    const held = await state(jar)
    for (const [name, value] of Object.entries(held)) if (/^w\d+$/.test(name)) kept += Number(value)
  }
  agent.destroy()
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

/** @param {string} framework @param {string} base @param {Sample[]} samples @param {Server[]} servers */
function printTables(framework, base, samples, servers) {
  for (const { name: mix } of MIXES) {
    console.log(`\n${framework}, ${mix}: x ${base}, median of ${ROUNDS} rounds (quartiles)`)
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
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? servers : servers.toReversed()
    for (const mix of MIXES) {
      for (const index of order.keys()) {
        const server = order[(index + round) % order.length]
        if (server) samples.push(await measure(server, mix, round))
      }
    }
    console.log(`bench: round ${round + 1} of ${ROUNDS}`)
  }
  return samples
}

/** @param {string} framework @param {Server[]} servers */
async function printLosses(framework, servers) {
  console.log(`\n${framework}, acknowledged writes that are not there afterwards`)
  console.log('| server | own sessions | overlapping |\n|---|---|---|')
  for (const server of servers) {
    if (server.name === 'no session') continue
    const { lost, lostOverlapping, overlapped } = await lostWrites(server)
    console.log(`| ${server.name} | ${lost} | ${lostOverlapping} of ${overlapped} |`)
  }
}

/**
 * @param {Framework} framework
 * @param {(members: number | undefined) => NodeJS.ProcessEnv} backend Where a contestant finds what it keeps sessions in.
 */
async function compare(framework, backend) {
  const { base, contestants } = FRAMEWORKS[framework]
  /** @type {Server[]} */
  const servers = []
  try {
    for (const contestant of contestants) {
      const isChosen = ONLY?.some((part) => contestant.name.includes(part)) ?? true
      if (contestant.name !== base && !isChosen) continue
      servers.push(await startServer(framework, contestant, backend(contestant.members)))
      console.log(`bench: ${framework}, ${contestant.name} runs`)
    }
    printTables(framework, base, await sampled(servers), servers)
    await printLosses(framework, servers)
  } finally {
    for (const { child } of servers) child.disconnect()
  }
}

/** @param {string} name @returns {name is Framework} */
function isFramework(name) {
  return name in FRAMEWORKS
}

/** Each has its own: what one left behind does not weigh on the next. @param {string} framework */
function mapOf(framework) {
  return `session_${framework}`
}

async function main() {
  const redis = await startRedis()
  const maps = Object.keys(FRAMEWORKS).map(mapOf)
  const clusters = [await startCluster(1, 'bench-one', 5811, maps), await startCluster(2, 'bench-two', 5821, maps)]
  try {
    for (const framework of CHOSEN.filter(isFramework)) {
      const map = { HZ_SESSION_MAP_NAME: mapOf(framework) }
      await compare(framework, (members = 0) => ({ ...redis.env, ...clusters[members - 1]?.env, ...map }))
    }
  } finally {
    await redis.stop()
    await Promise.all(clusters.map((cluster) => cluster.stop()))
  }
}

await main()

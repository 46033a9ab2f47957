// What it costs to end expired sessions, for decision 006: the time of a sweep, what it does to requests meanwhile, and
// what the SORTED index costs a write. One member, two maps that differ in that index alone, taking turns.
// Run: npx turbo run build && node benchmarks/sweep.mjs [sessions] [rounds]
// Read figures of one column beside those of the other: absolute ones are those of the machine and of the moment.
import { fork } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { HazelcastStore } from '@hazelcast-session/express'
import { startMember } from '@hazelcast-session/member'
import { quantile } from './load/statistics.mjs'

/** @typedef {import('@hazelcast-session/express').HazelcastStore['manager']} SessionManager */
/** @typedef {{ from: number, to: number }} Span epoch ms */
/** @typedef {{ count: number, p50: number, p99: number }} Latency */

const DUE = 1000
/** 1 KB of attributes. */
const DATA = { user: 'somebody', cart: 'x'.repeat(1000) }
const MAPS = { 'with index': 'with_index', 'without index': 'without_index' }
/** Ms until a session with an interval of 1 s is due: a touch may lag 1 s, 2 s are for skew, and a sweep is 5 s late. */
const UNTIL_DUE = 9500
const QUIET = 2000
/** Sessions that requests go to, half of them in each of two workers, and how many requests each has at a time. */
const BUSY = 200
const WIDTH = 4
/** In which the maps take turns where the cost of a write is measured. */
const BLOCKS = 60

/**
 * @param {number} sessions
 * @param {number} rounds
 */
async function main(sessions, rounds) {
  /** @type {import('@hazelcast-session/member').MapIndex[]} */
  const indexes = [{ type: 'HASH', attributes: ['principal'] }]
  const sorted = /** @type {const} */ ({ type: 'SORTED', attributes: ['expiresAt'] })
  const maps = { with_index: { indexes: [...indexes, sorted] }, without_index: { indexes } }
  const member = await startMember({ clusterName: 'sweep-benchmark', port: 5941, heapMb: 512, maps })
  /** @type {Side[]} */
  const sides = []
  try {
    for (const [title, mapName] of Object.entries(MAPS)) {
      sides.push(await Side.open(title, { clusterName: member.clusterName, address: member.address, mapName }))
    }
    for (const side of sides) await side.fill(sessions)
    for (let round = 0; round < rounds; round++) await playRound(sides, round)
    for (let block = 0; block < BLOCKS; block++) {
      for (const side of block % 2 === 0 ? sides : sides.toReversed()) await side.measureWrites()
    }
  } finally {
    await Promise.all(sides.map((side) => side.close()))
    await member.stop()
  }
  for (const side of sides) console.log(`\n${side.title}, ${sessions} sessions of 1 KB\n${side.report()}`)
}

/**
 * @param {readonly Side[]} sides
 * @param {number} round
 */
async function playRound(sides, round) {
  for (const side of sides) await side.makeDue()
  await pause(UNTIL_DUE)
  // Neither map is always the first one.
  for (const side of round % 2 === 0 ? sides : sides.toReversed())
    await (round % 4 < 2 ? side.measure() : side.measureAlone())
}

/** One map, two workers of it, and what was measured there. */
class Side {
  /** @type {Record<string, number[]>} */
  #times = {}

  /**
   * @param {string} title
   * @param {SessionManager} manager
   * @param {import('node:child_process').ChildProcess} other
   * @param {readonly string[]} ids
   */
  constructor(title, manager, other, ids) {
    this.title = title
    this.manager = manager
    this.other = other
    this.ids = ids
  }

  /**
   * @param {string} title
   * @param {{ clusterName: string, address: string, mapName: string }} place
   */
  static async open(title, place) {
    const manager = managerOf(place)
    manager.on('destroyed', () => {})
    await manager.ready()
    const ids = await begin(manager, BUSY, 3600)
    const other = fork(import.meta.filename, ['worker', JSON.stringify({ place, ids: ids.slice(BUSY / 2) })])
    return new Side(title, manager, other, ids.slice(0, BUSY / 2))
  }

  /** @param {number} sessions */
  async fill(sessions) {
    await begin(this.manager, sessions - BUSY - DUE, 3600)
  }

  async makeDue() {
    await begin(this.manager, DUE, 1)
  }

  /** Requests without a sweep, with one that finds 1,000, and how long one takes that finds none. */
  async measure() {
    const quiet = await this.#during(() => pause(QUIET))
    const busy = await this.#during(() => this.#sweep(DUE))
    this.#note('requests in the sweeping worker, no sweep', quiet.own)
    this.#note('requests in the sweeping worker, sweep', busy.own)
    this.#note('requests in another worker, no sweep', quiet.other)
    this.#note('requests in another worker, sweep', busy.other)
    this.#note('sweep that ends 1,000, under these requests', [busy.ms])
  }

  /** What a request costs that nothing else disturbs, one at a time and a hundred at a time. */
  async measureWrites() {
    const times = []
    for (const id of this.ids) times.push(await request(this.manager, id))
    this.#note('load and save, one at a time', times)
    this.#note('load and save, all at once', await Promise.all(this.ids.map((id) => request(this.manager, id))))
  }

  async measureAlone() {
    this.#note('sweep that ends 1,000, nothing else', [await timeOf(() => this.#sweep(DUE))])
    this.#note('sweep that finds none, nothing else', [await timeOf(() => this.#sweep(0))])
  }

  async close() {
    this.other.kill()
    await this.manager.close()
  }

  report() {
    const rows = Object.entries(this.#times).map(([name, times]) =>
      [
        name.padEnd(46),
        `n ${times.length}`.padStart(9),
        ...[0.5, 0.99].map((q) => `${quantile(times, q).toFixed(2)} ms`.padStart(12)),
      ].join(''),
    )
    return [`${''.padEnd(55)}${'p50'.padStart(12)}${'p99'.padStart(12)}`, ...rows].join('\n')
  }

  /** @param {number} expected */
  async #sweep(expected) {
    const ended = await this.manager.sweep()
    if (ended !== expected) console.error(`A sweep of ${this.title} ended ${ended} sessions and not ${expected}.`)
  }

  /** @param {() => Promise<unknown>} act */
  async #during(act) {
    const requests = new Requests(this.manager, this.ids)
    const answer = this.#ask('begin')
    requests.begin()
    const ms = await timeOf(act)
    const [own, theirs] = await Promise.all([requests.end(), answer.then(() => this.#ask('end'))])
    return { own, other: theirs, ms }
  }

  /**
   * @param {'begin' | 'end'} what
   * @returns {Promise<number[]>}
   */
  #ask(what) {
    return new Promise((resolve) => {
      this.other.once('message', (times) => resolve(Array.isArray(times) ? times.map(Number) : []))
      this.other.send(what)
    })
  }

  /**
   * @param {string} name
   * @param {readonly number[]} times
   */
  #note(name, times) {
    const all = (this.#times[name] ??= [])
    for (const time of times) all.push(time)
  }
}

/** Requests without end, so many at a time, and how long each took. */
class Requests {
  /** @type {number[]} */
  #times = []
  #isStopped = false
  /** @type {Promise<unknown> | undefined} */
  #loops

  /**
   * @param {SessionManager} manager
   * @param {readonly string[]} ids
   */
  constructor(manager, ids) {
    this.manager = manager
    this.ids = ids
  }

  begin() {
    this.#loops = Promise.all(Array.from({ length: WIDTH }, () => this.#loop()))
  }

  async end() {
    this.#isStopped = true
    await this.#loops
    return this.#times
  }

  async #loop() {
    while (!this.#isStopped) {
      const id = this.ids[Math.floor(Math.random() * this.ids.length)] ?? ''
      this.#times.push(await request(this.manager, id))
      // As a server does, which waits for its clients.
      await pause(1)
    }
  }
}

/**
 * What a request that changes something asks of the store. How many ms that took.
 * @param {SessionManager} manager
 * @param {string} id
 */
function request(manager, id) {
  return timeOf(async () => {
    const session = await manager.load(id)
    if (!session) throw new Error('A session that is in use has gone.')
    session.data['at'] = Math.random()
    await session.save()
  })
}

/** @param {() => Promise<unknown>} act */
async function timeOf(act) {
  const start = performance.now()
  await act()
  return performance.now() - start
}

/** @param {{ clusterName: string, address: string, mapName: string }} place */
function managerOf({ clusterName, address, mapName }) {
  const workerName = `${mapName}-${process.pid}`
  // It sweeps when it is told to, and not by itself meanwhile; more, and entries would need more than the map gives.
  const cleanUpPeriod = 1200
  return new HazelcastStore({ clusterName, clusterMembers: [address], mapName, workerName, cleanUpPeriod }).manager
}

/**
 * @param {SessionManager} manager
 * @param {number} count
 * @param {number} interval
 */
async function begin(manager, count, interval) {
  /** @type {string[]} */
  const ids = []
  while (ids.length < count) {
    const sessions = Array.from({ length: Math.min(64, count - ids.length) }, () => manager.create({ data: DATA }))
    await Promise.all(
      sessions.map((session) => {
        session.maxInactiveInterval = interval
        return session.save()
      }),
    )
    ids.push(...sessions.map(({ id }) => id))
  }
  return ids
}

/**
 * A worker that does not sweep: says how long its requests took between `begin` and `end`.
 * @param {readonly string[]} args
 */
function beOtherWorker([described = '']) {
  const { place, ids } = JSON.parse(described)
  const manager = managerOf(place)
  /** @type {Requests | undefined} */
  let requests
  /** @param {unknown} what */
  const answer = async (what) => {
    if (what !== 'begin') return requests?.end()
    await manager.ready()
    requests = new Requests(manager, ids)
    requests.begin()
    return []
  }
  process.on('message', (what) => {
    void answer(what).then((times) => process.send?.(times))
  })
}

const [first, ...others] = process.argv.slice(2)
if (first === 'worker') beOtherWorker(others)
else await main(Number(first ?? 100_000), Number(others[0] ?? 12))

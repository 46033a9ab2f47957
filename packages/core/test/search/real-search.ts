import * as fc from 'fast-check'
import { pause, systemClock } from '../../src/clock.ts'
import { HazelcastRecordStore } from '../../src/hazelcast/hazelcast-record-store.ts'
import type { RecordStore } from '../../src/records/record-store.ts'
import { FaultyRecordStore } from './faulty-record-store.ts'
import { History } from './history.ts'
import { VIRTUAL_LIMITS } from './limits.ts'
import { narrate } from './narrative.ts'
import { problemsOf } from './oracle.ts'
import { load, play } from './play.ts'
import type { Scenario, ScenarioLimits } from './scenario.ts'
import { scenarios } from './scenario.ts'
import type { SearchResult } from './search.ts'
import type { World } from './world.ts'
import { assemble, silentLogger } from './world.ts'

/** For time that has to be waited for. Nothing here is told from a slow machine: budgets may be missed by seconds. */
const REAL_LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  // Faults lie between a worker and its store; what the store gave up for is checked on the member.
  store: fc.constant('memory'),
  operationTimeouts: [600],
  intervals: [1800],
  skews: [0],
  gap: fc.integer({ min: 0, max: 15 }),
  pause: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
  latencies: [0, 3],
  delay: fc.integer({ min: 1, max: 700 }),
}
const SLACK = 10_000
/** Ms until late writes are in, and until those who wait for the outcome of an end have found it. */
const AFTERMATH = 1000
const PATIENCE = 20_000
/** Scenarios under way at one time, each with sessions of its own. */
const AT_ONCE = 16

export interface RealSearchOptions {
  readonly address: string
  readonly clusterName: string
  readonly mapName: string
  readonly runs: number
  readonly seed: number
  /** Ms after which what is wrong stays wrong. @default 20 s */
  readonly patience?: number
  /** Seconds that the member gave an entry; infinite for one that never goes, `undefined` where there is none. */
  readonly lifeOf: (key: string) => Promise<number | undefined>
}

/** Plays random scenarios on a real member until one does not keep the promises. */
export async function searchReal(options: RealSearchOptions): Promise<SearchResult> {
  const { address, clusterName, mapName } = options
  const stores = Array.from(
    { length: 3 },
    () =>
      new HazelcastRecordStore({
        clusterMembers: [address],
        clusterName,
        mapName,
        operationTimeout: 5000,
        shutdownOnDestroy: true,
        clock: systemClock,
        logger: silentLogger,
        usualLife: 2000,
      }),
  )
  await Promise.all(stores.map((store) => store.ready()))
  try {
    return await playAll(options, stores)
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
}

async function playAll(options: RealSearchOptions, stores: readonly RecordStore[]): Promise<SearchResult> {
  const { runs, seed } = options
  const waiting = fc.sample(scenarios(REAL_LIMITS), { numRuns: runs, seed }).entries()
  const found: string[] = []
  let done = 0
  const playOn = async (): Promise<void> => {
    for (const [index, scenario] of waiting) {
      if (found.length > 0) return
      const story = await playOne(options, stores, scenario, index)
      done += 1
      if (story !== undefined) found.push(`Scenario ${index} of seed ${seed}\n${story}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, playOn))
  return { runs: done, counterexample: found[0] }
}

async function playOne(
  { seed, lifeOf, patience = PATIENCE }: RealSearchOptions,
  stores: readonly RecordStore[],
  scenario: Scenario,
  index: number,
): Promise<string | undefined> {
  const history = new History()
  const world = assemble({
    scenario,
    clock: systemClock,
    history,
    keyPrefix: `R${seed}-${index}-`,
    placeOf: ({ worker, channel }) => {
      const inner = stores[Number(worker.slice(1))]
      if (!inner) throw new Error(`There is no store for ${worker}.`)
      return { recordStore: new FaultyRecordStore({ inner, worker, channel, clock: systemClock, history }) }
    },
    vanish: () => Promise.resolve(),
  })
  await play(scenario, world)
  await pause(systemClock, AFTERMATH)
  for (const { channel } of world.workers) channel.isFaulty = false
  await Promise.all(world.workers.flatMap((worker) => world.keys.map((key) => load(world, worker, key))))
  const problems = await lastingProblems(scenario, world, lifeOf, patience)
  await Promise.all(world.workers.map(({ manager }) => manager.close()))
  return problems.length === 0 ? undefined : narrate(scenario, world, problems)
}

/** What is still wrong when everybody had the time to put it right. */
async function lastingProblems(
  scenario: Scenario,
  world: World,
  lifeOf: RealSearchOptions['lifeOf'],
  patience: number,
): Promise<readonly string[]> {
  const until = Date.now() + patience
  for (;;) {
    const immortal = await Promise.all(
      world.keys.map(async (key) => ((await lifeOf(key)) === Infinity ? [`${key} stays on the member for ever`] : [])),
    )
    const problems = [...problemsOf(scenario, world, SLACK), ...immortal.flat()]
    if (problems.length === 0 || Date.now() > until) return problems
    await pause(systemClock, 250)
  }
}

import type { SessionManagerOptions } from '../../../src/options/session-manager-options.ts'
import { History } from '../history.ts'
import type { Mode, Played } from '../mode.ts'
import type { Event } from '../narrative.ts'
import { narrateEvents, storeEvents } from '../narrative.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { inVirtualTime } from '../virtual-run.ts'
import { assemble, everybody } from '../world.ts'
import { Clusters } from './clusters.ts'
import { copiesProblems } from './copies-oracle.ts'
import type { Report, StickyWorld } from './copies-requests.ts'
import { CopiesPlay } from './copies-requests.ts'
import type { CopiesScenario } from './copies-scenario.ts'
import { copiesScenarios } from './copies-scenario.ts'
import { StickyStore } from './sticky-store.ts'

/** Ms after which nothing that was late can still happen; and in which, without faults, everything is written that waits. */
const AFTERMATH = 80_000
const WRITING = 20_000

/** What becomes of sessions that workers have copies of, when events get lost and the cluster goes away. */
export const copiesMode: Mode<CopiesScenario> = { scenarios: copiesScenarios, play: played }

function played(scenario: CopiesScenario): Promise<Played> {
  return inVirtualTime(scenario.seed, async (clock): Promise<Played> => {
    const world = stickyWorld(scenario, clock)
    const play = new CopiesPlay(scenario, world)
    await clock.runUntil(play.play())
    await clock.run(AFTERMATH)
    for (const { channel } of everybody(world)) channel.isFaulty = false
    await clock.run(WRITING)
    const alive = world.workers.filter(({ channel }) => channel.diedAt === undefined)
    await clock.runUntil(Promise.all(alive.map(({ manager }) => manager.close())))
    const problems = copiesProblems(scenario, world, play.ledgers)
    return { problems, story: (visible) => narrate(scenario, world, play, visible) }
  })
}

function stickyWorld(scenario: CopiesScenario, clock: VirtualClock): StickyWorld {
  const clusters = new Clusters(clock)
  const stores = new Map<string, StickyStore>()
  const { savePeriod, stalePeriod, localServiceLimit } = scenario
  const options: SessionManagerOptions = { savePeriod, stalePeriod, localServiceLimit, onStoreError: 'local' }
  const world = assemble({
    scenario,
    clock,
    history: clusters.current.history,
    keyPrefix: 'S',
    options,
    placeOf: ({ worker, channel, skew }) => {
      const eventDelay = delaysOf(scenario, Number(worker.slice(1)))
      const store = new StickyStore({ clusters, worker, channel, clock, skew, eventDelay })
      stores.set(worker, store)
      return { recordStore: store }
    },
    vanish: (key) => clusters.vanish(key),
  })
  const reports: Report[] = []
  for (const { name: worker, manager } of world.workers) {
    for (const kind of ['conflict', 'lateWrite'] as const) {
      manager.on(kind, ({ names }) => reports.push({ worker, kind, names, at: clock.now() }))
    }
  }
  return { ...world, clusters, stores, reports }
}

/** Ms that one event of a worker takes after the other. */
function delaysOf({ eventFaults, latency }: CopiesScenario, worker: number): () => number {
  let count = 0
  return () => {
    const number = count++
    const fault = eventFaults.find((other) => other.worker === worker && other.number === number)
    return fault ? fault.delay : Math.random() * latency
  }
}

function narrate(scenario: CopiesScenario, world: StickyWorld, play: CopiesPlay, problems: readonly string[]): string {
  const { requests, ...rest } = scenario
  const asked = requests.map((request, number) => `Request ${number}: ${JSON.stringify(request)}`)
  const calls = [...play.ledgers].flatMap(([key, { told }]) =>
    told.map(({ at, what }) => ({ at, what: `${key} ${what}` })),
  )
  const history = new History()
  for (const life of world.clusters.lives) {
    history.writes.push(...life.history.writes)
    history.lives.push(...life.history.lives)
  }
  const stored = storeEvents({ ...world, history })
  return narrateEvents(rest, asked, [...calls, ...stored, ...wayEvents(world)], problems)
}

function wayEvents({ stores, reports, clusters }: StickyWorld): Event[] {
  const ways = [...stores].flatMap(([worker, { told, absences }]) => [
    ...told.map(({ key, at }) => ({ at, what: `${worker} is told of ${key ?? 'what it may have missed'}` })),
    ...absences.flatMap(({ from, noticedAt, to }) => [
      { at: from, what: `${worker} is cut off` },
      { at: noticedAt, what: `${worker} notices` },
      { at: to, what: `${worker} is back` },
    ]),
  ])
  return [
    ...ways.filter(({ at }) => at < Infinity),
    ...reports.map(({ at, worker, kind, names }) => ({ at, what: `${worker} says ${kind} of ${names.join(', ')}` })),
    ...clusters.lives.map(({ id, from }) => ({ at: from, what: `${id} begins` })),
  ]
}

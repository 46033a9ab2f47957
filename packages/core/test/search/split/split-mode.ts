import { History } from '../history.ts'
import type { Mode, Played } from '../mode.ts'
import type { Event } from '../narrative.ts'
import { narrateEvents, storeEvents } from '../narrative.ts'
import { fakeClient } from '../fake-map.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { inVirtualTime } from '../virtual-run.ts'
import type { World } from '../world.ts'
import { assemble, everybody } from '../world.ts'
import { SplitMembers } from './split-members.ts'
import type { Finals } from './split-oracle.ts'
import { splitProblems } from './split-oracle.ts'
import type { SplitScenario } from './split-scenario.ts'
import { splitScenarios } from './split-scenario.ts'
import type { SplitLog } from './splitting.ts'
import { Splitting } from './splitting.ts'

/** Ms after which nothing that was late can still happen. */
const AFTERMATH = 30_000

/** What becomes of sessions when the members lose each other, and find each other again. */
export const splitMode: Mode<SplitScenario> = { scenarios: splitScenarios, play: played }

function played(scenario: SplitScenario): Promise<Played> {
  return inVirtualTime(scenario.seed, async (clock): Promise<Played> => {
    const history = new History()
    const members = new SplitMembers(clock, history, scenario.store === 'memory' ? 0 : scenario.store)
    const world = splitWorld(scenario, clock, history, members)
    await clock.runUntil(Promise.all(world.workers.map(({ manager }) => manager.ready())))
    const splitting = new Splitting(scenario, world, members)
    await clock.runUntil(splitting.play())
    await clock.run(AFTERMATH)
    for (const { channel } of everybody(world)) channel.isFaulty = false
    const problems = splitProblems(world, splitting.log, await lastLook(world, splitting, clock))
    await clock.runUntil(Promise.all(world.workers.map(({ manager }) => manager.close())))
    return { problems, story: (visible) => narrate(scenario, world, splitting.log, visible) }
  })
}

function splitWorld(scenario: SplitScenario, clock: VirtualClock, history: History, members: SplitMembers): World {
  const isSmaller = (worker: string): boolean => scenario.isSmaller[Number(worker.slice(1))] === true
  return assemble({
    scenario,
    clock,
    history,
    keyPrefix: 'S',
    placeOf: ({ worker, channel }) => ({
      client: fakeClient(() => members.of(isSmaller(worker) ? 'smaller' : 'larger'), worker, channel),
    }),
    vanish: () => Promise.resolve(),
    left: () => members.larger.keys().map((key) => [key, members.larger.get(key)?.goneAt ?? 0]),
  })
}

async function lastLook(world: World, splitting: Splitting, clock: VirtualClock): Promise<Finals> {
  const finals = new Map<string, Readonly<Record<string, unknown>>>()
  for (const worker of world.workers) {
    for (const key of world.keys) {
      const session = await clock.runUntil(splitting.load(Infinity, worker, key))
      if (session) finals.set(key, { ...session.data })
    }
  }
  return finals
}

function narrate(scenario: SplitScenario, world: World, log: SplitLog, problems: readonly string[]): string {
  const { requests, ...rest } = scenario
  const asked = requests.map((request, number) => `Request ${number}: ${JSON.stringify(request)}`)
  const calls: Event[] = log.asked.flatMap(({ number, key, worker, side, kind, token, from, to, answer }) => {
    const what = `${worker} (${side}) ${key} request ${number}: ${kind} ${token}`
    return [{ at: from, what }, ...(to === Infinity ? [] : [{ at: to, what: `${what}: ${String(answer)}` }])]
  })
  const turns: Event[] = [
    { at: log.splitAt, what: 'the members lost each other' },
    { at: log.healedAt, what: 'the members found each other' },
  ]
  const seen = turns.filter(({ at }) => at !== Infinity)
  return narrateEvents(rest, asked, [...calls, ...seen, ...storeEvents(world)], problems)
}

import type { Mode, Played } from '../mode.ts'
import type { Event } from '../narrative.ts'
import { narrateEvents, storeEvents } from '../narrative.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { inVirtualTime } from '../virtual-run.ts'
import type { World } from '../world.ts'
import { everybody, virtualWorld } from '../world.ts'
import { Diary } from './diary.ts'
import type { Finals } from './id-change-oracle.ts'
import { idChangeProblems } from './id-change-oracle.ts'
import { LAST, Visiting, visitAll } from './visiting.ts'
import type { VisitScenario } from './visits.ts'
import { visitScenarios } from './visits.ts'

/** Ms after which nothing that was late can still happen. */
const AFTERMATH = 80_000

/** What becomes of a session whose id changes while other requests are under way. */
export const idChangeMode: Mode<VisitScenario> = { scenarios: visitScenarios, play: played }

function played(scenario: VisitScenario): Promise<Played> {
  return inVirtualTime(scenario.seed, async (clock): Promise<Played> => {
    const world = await virtualWorld(scenario, clock)
    const diary = new Diary(world.keys[0] ?? '')
    await clock.runUntil(visitAll(scenario, world, diary))
    await clock.run(AFTERMATH)
    for (const { channel } of everybody(world)) channel.isFaulty = false
    const problems = idChangeProblems(world, diary, await lastLook(world, diary, clock))
    await clock.runUntil(Promise.all(aliveIn(world).map(({ manager }) => manager.close())))
    return { problems, story: (visible) => narrate(scenario, world, diary, visible) }
  })
}

/** The browser shows its newest id once more, on every worker, and then what there is. */
async function lastLook(world: World, diary: Diary, clock: VirtualClock): Promise<Finals> {
  const finals = new Map<string, Readonly<Record<string, unknown>>>()
  const alive = aliveIn(world)
  for (const worker of alive) {
    await clock.runUntil(new Visiting(world, worker, diary, LAST).open(diary.shown(0)))
  }
  const keys = [...diary.jar, ...diary.all('change').map(({ newKey }) => newKey)]
  for (const key of new Set(keys)) {
    const session = await clock.runUntil(alive[0]?.manager.load(key) ?? Promise.resolve(undefined))
    if (session) finals.set(key, { ...session.data })
  }
  return finals
}

function aliveIn({ workers }: World): World['workers'] {
  return workers.filter(({ channel }) => channel.diedAt === undefined)
}

function narrate(scenario: VisitScenario, world: World, diary: Diary, problems: readonly string[]): string {
  const { visits, ...rest } = scenario
  const asked = visits.map((visit, number) => `Request ${number}: ${JSON.stringify(visit)}`)
  const events: Event[] = diary.entries.flatMap((entry) => {
    const { visit, worker, key, from, to, outcome, kind } = entry
    const about = kind === 'write' ? `${entry.name}=${entry.value}` : kind === 'change' ? `to ${entry.newKey}` : ''
    const what = `${worker} ${key} request ${visit}: ${kind} ${about}`
    const found = kind === 'open' ? (entry.found ?? '') : kind === 'end' ? String(entry.isOwn) : ''
    return [{ at: from, what }, ...(to === Infinity ? [] : [{ at: to, what: `${what}: ${outcome} ${found}` }])]
  })
  return narrateEvents(rest, asked, [...events, ...storeEvents(world)], problems)
}

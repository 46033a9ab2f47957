import type { Mode, Played } from '../mode.ts'
import { narrateEvents, storeEvents } from '../narrative.ts'
import { inVirtualTime } from '../virtual-run.ts'
import { everybody, virtualWorld } from '../world.ts'
import { lateProblems } from './late-oracle.ts'
import { playLate } from './late-requests.ts'
import type { LateScenario } from './late-scenario.ts'
import { lateScenarios } from './late-scenario.ts'
import { LateLedger } from './ledger.ts'

/** Ms after which nothing that was late can still happen; and in which, without faults, everything is written that waits. */
const AFTERMATH = 80_000
const WRITING = 20_000

/** What becomes of changes that are written later than their answers. */
export const lateMode: Mode<LateScenario> = { scenarios: lateScenarios, play: played }

function played(scenario: LateScenario): Promise<Played> {
  return inVirtualTime(scenario.seed, async (clock): Promise<Played> => {
    const world = await virtualWorld(scenario, clock)
    const ledger = new LateLedger()
    await clock.runUntil(playLate(scenario, world, ledger))
    await clock.run(AFTERMATH)
    for (const { channel } of everybody(world)) channel.isFaulty = false
    await clock.run(WRITING)
    const alive = world.workers.filter(({ channel }) => channel.diedAt === undefined)
    await clock.runUntil(Promise.all(alive.map(({ manager }) => manager.close())))
    const problems = lateProblems(world, ledger, scenario.interval)
    const { requests, ...rest } = scenario
    const asked = requests.map((request, number) => `Request ${number}: ${JSON.stringify(request)}`)
    const story = (visible: readonly string[]): string =>
      narrateEvents(rest, asked, [...ledger.told, ...storeEvents(world)], visible)
    return { problems, story }
  })
}

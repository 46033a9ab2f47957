import * as fc from 'fast-check'
import { VIRTUAL_SLACK } from './answers.ts'
import { BUSY_LIMITS, EXPIRY_LIMITS, VIRTUAL_LIMITS } from './limits.ts'
import type { Mode, Played } from './mode.ts'
import { narrate } from './narrative.ts'
import { problemsOf } from './oracle.ts'
import { load, play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenario.ts'
import { inVirtualTime } from './virtual-run.ts'
import type { World } from './world.ts'
import { everybody, virtualWorld } from './world.ts'

/** Ms after which nothing that was lost or late can still happen: late writes, and the follow-up of unsure ends. */
const AFTERMATH = 140_000
/** Ms in which, when nothing is faulty any more, even what a dead worker kept back is swept. */
const CLEANING = 50_000

/** What requests at the same time do to each other. */
export const savingScenario: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 3, arbitrary: scenarios(VIRTUAL_LIMITS) },
  { weight: 1, arbitrary: scenarios(BUSY_LIMITS) },
)
/** What becomes of sessions that are left alone. */
const expiryScenario: fc.Arbitrary<Scenario> = scenarios(EXPIRY_LIMITS)

export const savingMode: Mode<Scenario> = { scenarios: savingScenario, play: played }
export const expiryMode: Mode<Scenario> = { scenarios: expiryScenario, play: played }

async function played(scenario: Scenario): Promise<Played> {
  const { problems, world } = await run(scenario)
  return { problems, story: (visible) => narrate(scenario, world, visible) }
}

/** One run: the scenario, the time until nothing can come any more, a last look from every worker, and the judgement. */
export function run(scenario: Scenario): Promise<{ readonly problems: readonly string[]; readonly world: World }> {
  return inVirtualTime(scenario.seed, async (clock) => {
    const world = await virtualWorld(scenario, clock)
    await clock.runUntil(play(scenario, world))
    await clock.run(AFTERMATH)
    for (const { channel } of everybody(world)) channel.isFaulty = false
    if (scenario.keepsAlive) await clock.run(CLEANING)
    const alive = world.workers.filter(({ channel }) => channel.diedAt === undefined)
    await clock.runUntil(Promise.all(alive.flatMap((worker) => world.keys.map((key) => load(world, worker, key)))))
    const problems = problemsOf(scenario, world, VIRTUAL_SLACK)
    await clock.runUntil(Promise.all(alive.map(({ manager }) => manager.close())))
    return { problems, world }
  })
}

import * as fc from 'fast-check'
import { VIRTUAL_SLACK } from './answers.ts'
import { narrate } from './narrative.ts'
import { problemsOf } from './oracle.ts'
import { load, play } from './play.ts'
import { withSeededRandom } from './random.ts'
import type { Scenario } from './scenario.ts'
import { BUSY_LIMITS, VIRTUAL_LIMITS, scenarios } from './scenario.ts'
import { VirtualClock, settled } from './virtual-clock.ts'
import type { World } from './world.ts'
import { virtualWorld } from './world.ts'

/** Ms after which nothing that was lost or late can still happen: late writes, and the follow-up of unsure ends. */
const AFTERMATH = 150_000

/** What the search draws from. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 3, arbitrary: scenarios(VIRTUAL_LIMITS) },
  { weight: 1, arbitrary: scenarios(BUSY_LIMITS) },
)

export interface SearchOptions {
  readonly runs: number
  readonly seed: number
  /** Of fast-check, to play one counterexample again. */
  readonly path?: string | undefined
  /** Whether to look for the shortest counterexample. */
  readonly shrink?: boolean
  /** Problems that are not to be seen, so that the search goes on to what they lead to. */
  readonly ignore?: RegExp
}

export interface SearchResult {
  /** How many runs it took. */
  readonly runs: number
  /** The story of the counterexample; `undefined`: none was found. */
  readonly counterexample: string | undefined
}

/** Plays random scenarios in virtual time until one does not keep the promises, and makes that one as short as it can. */
export async function search({ runs, seed, path, shrink = true, ignore }: SearchOptions): Promise<SearchResult> {
  const visible = (problems: readonly string[]): string[] => problems.filter((problem) => !ignore?.test(problem))
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    const seen = visible((await run(scenario)).problems)
    if (seen.length > 0) throw new Error(seen.join('\n'))
  })
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !shrink,
    ...(path !== undefined && { path }),
  })
  if (!details.failed) return { runs: details.numRuns, counterexample: undefined }
  const [scenario] = details.counterexample ?? []
  if (!scenario) return { runs: details.numRuns, counterexample: String(details.errorInstance) }
  const { problems, world } = await run(scenario)
  const replay = `HZ_SEARCH_SEED=${seed} HZ_SEARCH_PATH=${details.counterexamplePath ?? ''}`
  return { runs: details.numRuns, counterexample: `${replay}\n${narrate(scenario, world, visible(problems))}` }
}

/** Like `search`, but rejects with the story when it finds something. Returns the number of runs. */
export async function prove(options: SearchOptions): Promise<number> {
  const { runs, counterexample } = await search(options)
  if (counterexample !== undefined) throw new Error(counterexample)
  return runs
}

/** One run: the scenario, the time until nothing can come any more, a last look from every worker, and the judgement. */
export async function run(scenario: Scenario): Promise<{ readonly problems: string[]; readonly world: World }> {
  const clock = new VirtualClock()
  const unhandled: string[] = []
  const onUnhandled = (reason: unknown): void => {
    unhandled.push(`a rejection was not handled: ${String(reason)}`)
  }
  process.on('unhandledRejection', onUnhandled)
  try {
    return await withSeededRandom(scenario.seed, async () => {
      const world = await virtualWorld(scenario, clock)
      await clock.runUntil(play(scenario, world))
      await clock.run(AFTERMATH)
      for (const { channel } of world.workers) channel.isFaulty = false
      await clock.runUntil(
        Promise.all(world.workers.flatMap((worker) => world.keys.map((key) => load(world, worker, key)))),
      )
      const problems = [...problemsOf(scenario, world, VIRTUAL_SLACK), ...unhandled]
      await clock.runUntil(Promise.all(world.workers.map(({ manager }) => manager.close())))
      await settled()
      return { problems, world }
    })
  } finally {
    process.off('unhandledRejection', onUnhandled)
  }
}

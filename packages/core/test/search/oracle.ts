import { answerProblems } from './answers.ts'
import { Attribution } from './attribution.ts'
import { chainProblems, chainsOf } from './chain.ts'
import { eventProblems } from './events.ts'
import { expiryProblems, immortals, strayProblems } from './expiry.ts'
import { lifeProblems } from './lives.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** Everything that is not as promised. Empty: the run was right. */
export function problemsOf(scenario: Scenario, world: World, slack: number): string[] {
  const { history, journal, keys } = world
  const chains = chainsOf(history, keys, scenario.interval)
  return [
    ...journal.problems,
    ...immortals(scenario, world),
    ...strayProblems(world),
    ...chains.flatMap((chain) => {
      const attribution = new Attribution(chain, journal.operations)
      return [
        ...chainProblems(chain),
        ...attribution.problems,
        ...answerProblems({ scenario, world, chain, attribution, slack }),
        ...eventProblems(world, chain),
        ...lifeProblems(scenario, world, chain),
        ...expiryProblems({ scenario, world, chain }),
      ]
    }),
  ]
}

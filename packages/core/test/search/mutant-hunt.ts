import { expect, test } from 'vitest'
import type { Mutant } from './mutant.ts'
import { mutatedCopy } from './mutated-copy.ts'
import type * as searchModule from './search.ts'

/** At most; it ends when it finds the mutant. */
const RUNS = 20_000
const SEED = 20_261_121
/** HZ_SEARCH_SEED searches from somewhere else: every mutant is found from anywhere, most of them soon. */
const given = process.env['HZ_SEARCH_SEED']

/**
 * A test for each: the search finds it. Each mutant is planted into a copy of the sources, so that nothing is left of it when
 * a run is interrupted.
 */
export function expectToFind(mutants: readonly Mutant[]): void {
  test.for(mutants)(
    'the search finds it when $name',
    { timeout: 300_000 },
    async (mutant, { annotate, onTestFinished }) => {
      const copy = await mutatedCopy(mutant)
      onTestFinished(() => copy.remove())
      const mutated: typeof searchModule = await import(copy.search)
      const { runs, counterexample } = await mutated.search({
        mode: mutant.mode ?? 'saving',
        runs: RUNS,
        seed: given === undefined ? (mutant.seed ?? SEED) : Number(given),
        shrink: false,
        ...(mutant.ignore && { ignore: mutant.ignore }),
      })
      expect(counterexample, `not found in ${runs} runs`).toBeDefined()
      await annotate(`found in run ${runs}: ${String(counterexample?.split('\n')[2]).trim()}`)
    },
  )
}

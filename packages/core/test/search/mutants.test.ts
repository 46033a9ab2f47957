import { expect, test } from 'vitest'
import { mutatedCopy } from './mutated-copy.ts'
import { MUTANTS } from './mutants.ts'
import type * as searchModule from './search.ts'

/** At most; it ends when it finds the mutant. */
const RUNS = 20_000
const SEED = 20_261_121
/** HZ_SEARCH_SEED searches from somewhere else: every mutant is found from anywhere, most of them soon. */
const given = process.env['HZ_SEARCH_SEED']

// Each mutant is planted into a copy of the sources, so that nothing is left of it when a run is interrupted.
test.for(MUTANTS)(
  'the search finds it when $name',
  { timeout: 300_000 },
  async (mutant, { annotate, onTestFinished }) => {
    const copy = await mutatedCopy(mutant)
    onTestFinished(() => copy.remove())
    const mutated = (await import(copy.search)) as typeof searchModule
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

import { expect, test } from 'vitest'
import type { ModeName } from './search.ts'
import { prove } from './search.ts'

/**
 * Runs for each mode, in proportion to what it costs and to what may hide in it: as many as take ten seconds together.
 * Whoever touches what is searched asks for more (see CONTRIBUTING).
 */
const USUAL: Readonly<Record<ModeName, number>> = {
  saving: 200,
  expiry: 100,
  idChange: 150,
  split: 120,
  late: 150,
  copies: 200,
}
const MODES: readonly ModeName[] = ['saving', 'expiry', 'idChange', 'split', 'late', 'copies']

// HZ_SEARCH_MODE, HZ_SEARCH_SEED and HZ_SEARCH_PATH play a counterexample again; HZ_SEARCH_RUNS searches longer.
const wanted = process.env['HZ_SEARCH_MODE']
const seed = Number(process.env['HZ_SEARCH_SEED'] ?? 20_261_121)
const path = process.env['HZ_SEARCH_PATH']

const modes = MODES.filter((mode) => wanted === undefined || mode === wanted).map((mode) => ({
  mode,
  runs: Number(process.env['HZ_SEARCH_RUNS'] ?? USUAL[mode]),
}))

test.for(modes)(
  'no interleaving breaks a promise ($mode, $runs runs)',
  { timeout: 3_600_000 },
  async ({ mode, runs }) => {
    const done = await prove({ mode, runs, seed, path })
    expect(done).toBeGreaterThan(0)
  },
)

import { expect, test } from 'vitest'
import { prove } from './search.ts'

// HZ_SEARCH_SEED and HZ_SEARCH_PATH play a counterexample again; HZ_SEARCH_RUNS searches longer.
const runs = Number(process.env['HZ_SEARCH_RUNS'] ?? 3600)
const seed = Number(process.env['HZ_SEARCH_SEED'] ?? 20_261_121)
const path = process.env['HZ_SEARCH_PATH']

test(`no interleaving breaks a promise (${runs} runs)`, { timeout: 60_000 + runs * 100 }, async () => {
  const done = await prove({ runs, seed, path })
  expect(done).toBeGreaterThan(0)
})

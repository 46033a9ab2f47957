import * as fc from 'fast-check'
import { copiesMode } from './copies/copies-mode.ts'
import { idChangeMode } from './id-change/id-change-mode.ts'
import { lateMode } from './late/late-mode.ts'
import type { Mode } from './mode.ts'
import { splitMode } from './split/split-mode.ts'
import { expiryMode, savingMode } from './store-mode.ts'

/** What the search looks at, each by itself. */
export type ModeName = 'saving' | 'expiry' | 'idChange' | 'split' | 'late' | 'copies'

export interface SearchOptions {
  readonly mode: ModeName
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
export function search(options: SearchOptions): Promise<SearchResult> {
  switch (options.mode) {
    case 'saving':
      return searchIn(savingMode, options)
    case 'expiry':
      return searchIn(expiryMode, options)
    case 'idChange':
      return searchIn(idChangeMode, options)
    case 'split':
      return searchIn(splitMode, options)
    case 'late':
      return searchIn(lateMode, options)
    case 'copies':
      return searchIn(copiesMode, options)
  }
}

/** Like `search`, but rejects with the story when it finds something. Returns the number of runs. */
export async function prove(options: SearchOptions): Promise<number> {
  const { runs, counterexample } = await search(options)
  if (counterexample !== undefined) throw new Error(counterexample)
  return runs
}

async function searchIn<S>(
  { scenarios, play }: Mode<S>,
  { mode, runs, seed, path, shrink = true, ignore }: SearchOptions,
): Promise<SearchResult> {
  const visible = (problems: readonly string[]): string[] => problems.filter((problem) => !ignore?.test(problem))
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const seen = visible((await play(scenario)).problems)
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
  const { problems, story } = await play(scenario)
  const replay = `HZ_SEARCH_MODE=${mode} HZ_SEARCH_SEED=${seed} HZ_SEARCH_PATH=${details.counterexamplePath ?? ''}`
  return { runs: details.numRuns, counterexample: `${replay}\n${story(visible(problems))}` }
}

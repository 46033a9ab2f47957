import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chainsOf } from './chain.ts'
import type { Scenario } from './scenario.ts'
import { run, savingScenario } from './store-mode.ts'

/** At most; it ends when it has met everything. */
const RUNS = 1000
/** One with which that is soon. */
const SEED = 6
const NEW: ReadonlySet<string> = new Set(['create', 'putIfAbsent'])

// A search that never comes near a fault proves nothing. This counts what its runs go through.
test('the search meets every kind of fault, answer and end', { timeout: 300_000 }, async ({ annotate }) => {
  const missing = new Set(wanted())
  let runs = 0
  for (const scenario of fc.sample(savingScenario, { numRuns: RUNS, seed: SEED })) {
    if (missing.size === 0) break
    for (const what of await metIn(scenario)) missing.delete(what)
    runs += 1
  }
  expect([...missing]).toEqual([])
  await annotate(`met in ${runs} runs`)
})

function wanted(): string[] {
  const most = ['load done', 'save done', 'update done', 'touch done', 'end done', 'marker', 'run without a fault']
  const codes = ['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'SESSION_ENDED', 'SESSION_CONFLICT', 'REFUSED']
  const kinds = ['slow', 'unsent', 'refused', 'dead', 'lost', 'mute', 'late', 'lateMute']
  const verbs = ['new', 'load', 'replace', 'get', 'replaceIfSame', 'setTtl']
  const faults = kinds.flatMap((kind) => verbs.map((verb) => `${kind} ${verb}`))
  return [...most, ...codes, ...faults, 'version over 12', 'destroyed on w0', 'destroyed on w1']
}

async function metIn(scenario: Scenario): Promise<string[]> {
  const { world } = await run(scenario)
  const states = chainsOf(world.history, world.keys, scenario.interval).flatMap((chain) => chain.states)
  return [
    ...(scenario.faults.length === 0 ? ['run without a fault'] : []),
    ...world.journal.operations.map(({ kind, answer }) => (answer?.kind === 'failed' ? answer.code : `${kind} done`)),
    ...world.workers.flatMap(({ channel }) =>
      channel.faulted.map(({ kind, verb }) => `${kind} ${NEW.has(verb) ? 'new' : verb}`),
    ),
    ...states.flatMap(({ kind, version }) => [
      ...(kind === 'ended' ? ['marker'] : []),
      ...(version > 12 ? ['version over 12'] : []),
    ]),
    ...world.journal.destroyed.map(({ worker }) => `destroyed on ${worker}`),
  ]
}

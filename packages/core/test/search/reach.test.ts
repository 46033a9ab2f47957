import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chainsOf } from './chain.ts'
import { run, savingScenario } from './store-mode.ts'

const RUNS = 600
const NEW: ReadonlySet<string> = new Set(['create', 'putIfAbsent'])

// A search that never comes near a fault proves nothing. This counts what its runs go through.
test('the search meets every kind of fault, answer and end', { timeout: 120_000 }, async () => {
  const met = new Map<string, number>()
  const count = (what: string): void => {
    met.set(what, (met.get(what) ?? 0) + 1)
  }
  for (const scenario of fc.sample(savingScenario, { numRuns: RUNS, seed: 7 })) {
    const { world } = await run(scenario)
    if (scenario.faults.length === 0) count('run without a fault')
    for (const { kind, answer } of world.journal.operations) {
      count(answer?.kind === 'failed' ? answer.code : `${kind} done`)
    }
    for (const { channel } of world.workers)
      for (const { kind, verb } of channel.faulted) count(`${kind} ${NEW.has(verb) ? 'new' : verb}`)
    for (const { states } of chainsOf(world.history, world.keys, scenario.interval)) {
      for (const { kind, version } of states) {
        if (kind === 'ended') count('marker')
        if (version > 12) count('version over 12')
      }
    }
    for (const { worker } of world.journal.destroyed) count(`destroyed on ${worker}`)
  }

  const most = ['load done', 'save done', 'update done', 'touch done', 'end done', 'marker', 'run without a fault']
  const codes = ['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'SESSION_ENDED', 'SESSION_CONFLICT', 'REFUSED']
  const kinds = ['slow', 'unsent', 'refused', 'dead', 'lost', 'mute', 'late', 'lateMute']
  const verbs = ['new', 'load', 'replace', 'get', 'replaceIfSame', 'setTtl']
  const faults = kinds.flatMap((kind) => verbs.map((verb) => `${kind} ${verb}`))
  const wanted = [...most, ...codes, ...faults, 'version over 12', 'destroyed on w0', 'destroyed on w1']
  expect(wanted.filter((what) => !met.has(what))).toEqual([])
})

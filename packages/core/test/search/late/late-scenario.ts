import * as fc from 'fast-check'
import type { SavePeriod } from '../../../src/save-policy.ts'
import { VIRTUAL_LIMITS } from '../limits.ts'
import type { ScenarioLimits, Surroundings } from '../scenario.ts'
import { NAMES, surroundings } from '../scenario.ts'

/** One thing that a request does, and waits for. */
export type Act =
  | { readonly kind: 'set'; readonly names: readonly string[] }
  /** Appends a token of its own to the list that all updates share. */
  | { readonly kind: 'update' }
  | { readonly kind: 'save' }
  | { readonly kind: 'end' }

/** One request: it sees the session, does its steps, and is answered as `savePeriod` says. */
export interface LateRequest {
  /** Ms after the one before. */
  readonly gap: number
  readonly worker: number
  readonly steps: readonly { readonly pause: number; readonly act: Act }[]
}

export interface LateScenario extends Surroundings {
  readonly savePeriod: SavePeriod
  readonly requests: readonly LateRequest[]
}

const LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  store: fc.constantFrom<Surroundings['store'][]>('memory', 'memory', 'memory', 7200),
  intervals: [1800],
  sessions: [1],
  keepsAlive: true,
  faults: 12,
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Act>({ kind: 'update' }) },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: 'save' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'end' }) },
)

/** What one request does. */
export const lateSteps: fc.Arbitrary<LateRequest['steps']> = fc.array(
  fc.record({ pause: fc.constantFrom(0, 0, 0, 3, 20, 300, 2100), act }),
  { maxLength: 3, size: 'max' },
)

const request: fc.Arbitrary<LateRequest> = fc.record({
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 3, arbitrary: fc.integer({ min: 100, max: 1200 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1800, max: 2300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3000, max: 12_000 }) },
  ),
  worker: fc.constantFrom(0, 0, 0, 1, 2),
  steps: lateSteps,
})

/** A session that wanders between workers, each of which holds what it has not written yet. */
export const lateScenarios: fc.Arbitrary<LateScenario> = fc.record({
  ...surroundings(LIMITS),
  savePeriod: fc.constantFrom<SavePeriod[]>({ every: 2 }, { every: 2 }, 'shutdown'),
  requests: fc.array(request, { minLength: 3, maxLength: 20, size: 'max' }),
})

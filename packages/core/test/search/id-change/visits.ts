import * as fc from 'fast-check'
import { VIRTUAL_LIMITS } from '../limits.ts'
import type { ScenarioLimits, Surroundings } from '../scenario.ts'
import { anyDeath, surroundings } from '../scenario.ts'

/** One thing that a request does, and waits for. */
export type Act =
  /** Sets an attribute that nobody else sets, and perhaps some that others set too. */
  | { readonly kind: 'set'; readonly shared: readonly string[] }
  /** Appends a token of its own to the list that all updates share. */
  | { readonly kind: 'update' }
  | { readonly kind: 'save' }
  | { readonly kind: 'changeId' }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'end' }

/** One request of one browser. */
export interface Visit {
  /** Ms after the one before. */
  readonly gap: number
  readonly worker: number
  /** Which id it shows: 0 for the newest that the browser has, 1 for the one before, ... */
  readonly age: number
  readonly steps: readonly { readonly pause: number; readonly act: Act }[]
  /** Whether its answer arrives. */
  readonly isHeard: boolean
}

export interface VisitScenario extends Surroundings {
  readonly visits: readonly Visit[]
}

const LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  store: fc.constantFrom<Surroundings['store'][]>('memory', 'memory', 'memory', 0, 7200),
  intervals: [1800],
  sessions: [1],
  keepsAlive: true,
  faults: 12,
  deaths: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(anyDeath(), { maxLength: 1 }) },
  ),
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 18,
    arbitrary: fc.record({ kind: fc.constant('set' as const), shared: fc.subarray(['a', 'b']) }),
  },
  { weight: 9, arbitrary: fc.constant<Act>({ kind: 'update' }) },
  { weight: 6, arbitrary: fc.constant<Act>({ kind: 'save' }) },
  { weight: 12, arbitrary: fc.constantFrom<Act[]>({ kind: 'changeId' }, { kind: 'signIn' }, { kind: 'signIn' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'end' }) },
)

const visit: fc.Arbitrary<Visit> = fc.record({
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
    { weight: 2, arbitrary: fc.integer({ min: 20, max: 400 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1000, max: 9000 }) },
  ),
  worker: fc.nat(2),
  age: fc.constantFrom(0, 0, 0, 1, 1, 2),
  steps: fc.array(
    fc.record({
      pause: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
        { weight: 1, arbitrary: fc.integer({ min: 100, max: 3000 }) },
      ),
      act,
    }),
    { minLength: 1, maxLength: 3, size: 'max' },
  ),
  isHeard: fc.constantFrom(true, true, true, true, false),
})

export const visitScenarios: fc.Arbitrary<VisitScenario> = fc.record({
  ...surroundings(LIMITS),
  visits: fc.array(visit, { minLength: 2, maxLength: 12, size: 'max' }),
})

import * as fc from 'fast-check'
import { VIRTUAL_LIMITS } from '../limits.ts'
import type { ScenarioLimits, Surroundings } from '../scenario.ts'
import { surroundings } from '../scenario.ts'

/** One request, which does one thing. */
export interface SplitRequest {
  /** Ms after the one before. */
  readonly gap: number
  readonly worker: number
  readonly session: number
  /** Ms that its handler takes. */
  readonly pause: number
  readonly deed: 'set' | 'update' | 'read' | 'end' | 'endById'
}

export interface SplitScenario extends Surroundings {
  /** Numbers of requests before which the members lose each other, and find each other again. */
  readonly splitAt: number
  readonly healAt: number
  /** For each worker, whether it then talks to the smaller half. */
  readonly isSmaller: readonly boolean[]
  readonly requests: readonly SplitRequest[]
}

const LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  store: fc.constantFrom<Surroundings['store'][]>(7200, 7200, 7200, 2000, 0, 100),
  intervals: [1800, 900],
  sessions: [2, 3],
  keepsAlive: true,
  faults: 8,
}

const request: fc.Arbitrary<SplitRequest> = fc.record({
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 3, arbitrary: fc.integer({ min: 200, max: 4000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 8000, max: 25_000 }) },
  ),
  worker: fc.nat(2),
  session: fc.nat(2),
  pause: fc.constantFrom(0, 0, 0, 5, 800, 3000),
  deed: fc.constantFrom<SplitRequest['deed'][]>('set', 'set', 'set', 'update', 'update', 'read', 'end', 'endById'),
})

export const splitScenarios: fc.Arbitrary<SplitScenario> = fc.record({
  ...surroundings(LIMITS),
  splitAt: fc.integer({ min: 0, max: 5 }),
  healAt: fc.integer({ min: 3, max: 16 }),
  isSmaller: fc.constantFrom([false, true, true], [true, false, false], [false, true, false]),
  requests: fc.array(request, { minLength: 4, maxLength: 16, size: 'max' }),
})

import * as fc from 'fast-check'
import type { SavePeriod } from '../../../src/save-policy.ts'
import type { LateRequest } from '../late/late-scenario.ts'
import { lateSteps } from '../late/late-scenario.ts'
import { VIRTUAL_LIMITS } from '../limits.ts'
import type { ScenarioLimits, Surroundings } from '../scenario.ts'
import { surroundings } from '../scenario.ts'

/** What a request is for: the session that was there before, one that the first of these requests begins, or to remove the entry. */
type Aim = 'old' | 'new' | 'vanish'

export interface CopiesRequest extends LateRequest {
  readonly aim: Aim
  /** Whether its cookie names the worker it comes to. */
  readonly isAtHome: boolean
}

/** What becomes of one event on its way to one worker. */
interface EventFault {
  readonly worker: number
  readonly number: number
  /** Ms by which it is late; infinite: it is lost. */
  readonly delay: number
}

/** A time in which the store is away: from one worker, or from all. */
export interface Outage {
  /** Ms after the one before. */
  readonly gap: number
  readonly who: number | 'all'
  /** Ms until workers notice. */
  readonly unnoticed: number
  /** Ms from then on. */
  readonly lasts: number
  /** Whether what comes back is another cluster, which knows nothing. Only where it was away from all. */
  readonly isReplaced: boolean
}

export interface CopiesScenario extends Surroundings {
  readonly savePeriod: SavePeriod
  /** Seconds. */
  readonly stalePeriod: number
  readonly localServiceLimit: number
  readonly requests: readonly CopiesRequest[]
  readonly eventFaults: readonly EventFault[]
  readonly outages: readonly Outage[]
}

const LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  store: fc.constant<Surroundings['store']>('memory'),
  intervals: [1800],
  sessions: [2],
  keepsAlive: true,
  faults: 6,
  // So that much can happen while an answer is on its way.
  latencies: [2, 20, 60],
}

const request: fc.Arbitrary<CopiesRequest> = fc.record({
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 4, arbitrary: fc.integer({ min: 100, max: 2500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 9000, max: 12_000 }) },
  ),
  worker: fc.constantFrom(0, 0, 1, 1, 2),
  aim: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Aim>('old') },
    { weight: 4, arbitrary: fc.constant<Aim>('new') },
    { weight: 1, arbitrary: fc.constant<Aim>('vanish') },
  ),
  isAtHome: fc.constantFrom(true, true, true, false),
  steps: lateSteps,
})

const eventFault: fc.Arbitrary<EventFault> = fc.record({
  worker: fc.nat(2),
  number: fc.nat(6),
  delay: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3000 })),
})

const outage: fc.Arbitrary<Outage> = fc
  .record({
    gap: fc.integer({ min: 0, max: 8000 }),
    who: fc.constantFrom<Outage['who'][]>('all', 'all', 0, 1),
    unnoticed: fc.constantFrom(0, 0, 30, 1500),
    lasts: fc.oneof(fc.integer({ min: 10, max: 3000 }), fc.integer({ min: 3000, max: 15_000 })),
    isReplaced: fc.constantFrom(false, false, true),
  })
  .map((made) => ({ ...made, isReplaced: made.isReplaced && made.who === 'all' }))

/** Sessions that several workers have copies of, while events get lost and the store goes away and comes back. */
export const copiesScenarios: fc.Arbitrary<CopiesScenario> = fc.record({
  ...surroundings(LIMITS),
  savePeriod: fc.constantFrom<SavePeriod[]>('dirty', 'dirty', 'dirty', { every: 2 }),
  stalePeriod: fc.constantFrom(10, 10, 2),
  localServiceLimit: fc.constantFrom(300, 300, 5),
  requests: fc.array(request, { minLength: 3, maxLength: 24, size: 'max' }),
  eventFaults: fc.oneof(fc.constant([]), fc.array(eventFault, { maxLength: 8, size: 'max' })),
  outages: fc.array(outage, { maxLength: 3, size: 'max' }),
})

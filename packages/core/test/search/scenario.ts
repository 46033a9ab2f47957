import * as fc from 'fast-check'
import type { Fault, FaultKind } from './faulty-channel.ts'

/** One thing that a request does to its view of the session. */
export type Deed =
  /** Sets attributes, to a value of its own or to one that others set too. */
  | { readonly kind: 'set'; readonly names: readonly string[]; readonly common: boolean }
  | { readonly kind: 'delete'; readonly name: string }
  /** Makes the session hold one attribute and no other. */
  | { readonly kind: 'replaceData'; readonly name: string }
  | { readonly kind: 'interval'; readonly seconds: number }
  | { readonly kind: 'save' }
  | { readonly kind: 'saveTwice' }
  /** Appends a token of its own to the list that all updates share, and may set attributes besides. */
  | { readonly kind: 'update'; readonly names: readonly string[] }
  | { readonly kind: 'failingUpdate' }
  | { readonly kind: 'touch' }
  | { readonly kind: 'end' }
  | { readonly kind: 'endById' }
  /** The entry vanishes, as when an operator clears the map or the only member that had it dies. */
  | { readonly kind: 'vanish' }

interface Step {
  /** Ms that the handler takes before. */
  readonly pause: number
  readonly deed: Deed
  /** Whether the handler waits for it. */
  readonly awaited: boolean
}

/** One request: loads its session, does its steps, and saves what is still unsaved. */
export interface Request {
  /** Ms after the request before. */
  readonly gap: number
  readonly worker: number
  readonly session: number
  readonly steps: readonly Step[]
}

interface PlannedFault extends Fault {
  readonly worker: number
  /** Which of the worker's calls, or of its writes alone, it hits. */
  readonly number: number
  readonly among: 'calls' | 'writes'
}

export interface Scenario {
  /** `memory`, or seconds that a map of a Hazelcast cluster gives its entries; 0: a stock cluster. */
  readonly store: 'memory' | number
  /** For each worker, ms by which its clock is wrong. */
  readonly skews: readonly number[]
  readonly sessions: number
  readonly interval: number
  readonly operationTimeout: number
  readonly conflict: 'last-write-wins' | 'fail'
  /** Ms that a message takes at most, one way. */
  readonly latency: number
  /** Whether the sessions are created before the faults begin. */
  readonly begun: boolean
  readonly requests: readonly Request[]
  readonly faults: readonly PlannedFault[]
  /** Of every random number that the run needs. */
  readonly seed: number
}

export interface ScenarioLimits {
  readonly store: fc.Arbitrary<Scenario['store']>
  readonly operationTimeouts: readonly number[]
  readonly intervals: readonly number[]
  readonly skews: readonly number[]
  readonly gap: fc.Arbitrary<number>
  readonly pause: fc.Arbitrary<number>
  readonly latencies: readonly number[]
  readonly delay: fc.Arbitrary<number>
  readonly sessions: readonly number[]
  readonly requests: { readonly min: number; readonly max: number }
}

/** For time that costs nothing. */
export const VIRTUAL_LIMITS: ScenarioLimits = {
  store: fc.constantFrom<Scenario['store'][]>('memory', 'memory', 'memory', 'memory', 0, 100, 7200),
  operationTimeouts: [2000, 300],
  intervals: [1800, 20],
  skews: [0, 1000],
  gap: fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 3, arbitrary: fc.integer({ min: 50, max: 1500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3000, max: 15_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 18_000, max: 60_000 }) },
  ),
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 2, arbitrary: fc.integer({ min: 100, max: 800 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2500, max: 25_000 }) },
  ),
  latencies: [2, 0, 15],
  delay: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 12_000 })),
  sessions: [1, 2, 3],
  requests: { min: 1, max: 24 },
}

/** Many requests at nearly the same time, so that a record changes many times while one of them is on its way. */
export const BUSY_LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  gap: fc.integer({ min: 0, max: 12 }),
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 400 }) },
  ),
  sessions: [1],
  requests: { min: 10, max: 32 },
}

/** Of the attributes that scenarios change. */
export const NAMES = ['a', 'b', 'c'] as const

const name = fc.constantFrom(...NAMES)

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: setDeed() },
  { weight: 4, arbitrary: fc.constant<Deed>({ kind: 'save' }) },
  { weight: 6, arbitrary: updateDeed() },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replaceData' as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('interval' as const), seconds: fc.constantFrom(20, 60, 9000) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Deed>({ kind: 'saveTwice' }, { kind: 'failingUpdate' }) },
  { weight: 2, arbitrary: fc.constantFrom<Deed>({ kind: 'touch' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Deed>({ kind: 'end' }, { kind: 'end' }, { kind: 'endById' }, { kind: 'vanish' }),
  },
)

function setDeed(): fc.Arbitrary<Deed> {
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 2 })
  const common = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
  return fc.record({ kind: fc.constant('set' as const), names, common })
}

function updateDeed(): fc.Arbitrary<Deed> {
  const names = fc.uniqueArray(name, { maxLength: 1 })
  return fc.record({ kind: fc.constant('update' as const), names })
}

const faultKind: fc.Arbitrary<FaultKind> = fc.constantFrom(
  'lost',
  'late',
  'mute',
  'lateMute',
  'refused',
  'unsent',
  'dead',
  'slow',
)

/** Every interleaving within `limits` that a run can be asked to play. */
export function scenarios(limits: ScenarioLimits): fc.Arbitrary<Scenario> {
  const WORKERS = 3
  const step = fc.record({ pause: limits.pause, deed, awaited: mostly(true) })
  const request = fc.record({
    gap: limits.gap,
    worker: fc.nat(WORKERS - 1),
    session: fc.constantFrom(0, 0, 0, 1, 2),
    steps: fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }),
  })
  const fault = fc.record({
    worker: fc.nat(WORKERS - 1),
    number: fc.oneof({ weight: 1, arbitrary: fc.nat(3) }, { weight: 3, arbitrary: fc.nat(30) }),
    among: fc.constantFrom<PlannedFault['among'][]>('calls', 'writes'),
    kind: faultKind,
    delay: limits.delay,
  })
  return fc.record({
    store: limits.store,
    skews: fc.array(fc.constantFrom(...limits.skews), { minLength: 2, maxLength: WORKERS }),
    sessions: fc.constantFrom(...limits.sessions),
    interval: fc.constantFrom(...limits.intervals),
    operationTimeout: fc.constantFrom(...limits.operationTimeouts),
    conflict: fc.constantFrom<Scenario['conflict'][]>('last-write-wins', 'last-write-wins', 'last-write-wins', 'fail'),
    latency: fc.constantFrom(...limits.latencies),
    begun: mostly(true),
    requests: fc.array(request, { minLength: limits.requests.min, maxLength: limits.requests.max, size: 'max' }),
    faults: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(fault, { maxLength: 24, size: 'max' }) },
    ),
    seed: fc.integer(),
  })
}

function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.constantFrom(value, value, value, !value)
}

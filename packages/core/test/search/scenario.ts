import * as fc from 'fast-check'
import type { SavePeriod } from '../../src/save-policy.ts'
import type { Among, Fault, FaultKind } from './faulty-channel.ts'

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
  /** Ms by which its first write is late, of which it hears as little as of anything else; 0: it is not cut off. */
  readonly cutOff: number
}

interface PlannedFault extends Fault {
  readonly worker: number
  /** Which of the worker's calls, or of some of them alone, it hits. */
  readonly number: number
  readonly among: Among
}

/** A worker dies with one of its calls. */
interface Death {
  readonly worker: number
  readonly number: number
  readonly among: Among
  readonly when: 'before' | 'after'
}

const WORKERS = 3

/** Everything but what is asked for. */
export interface Surroundings {
  /** `memory`, or seconds that a map of a Hazelcast cluster gives its entries; 0: a stock cluster. */
  readonly store: 'memory' | number
  /** For each worker, ms by which its clock is wrong. */
  readonly skews: readonly number[]
  readonly sessions: number
  readonly interval: number
  /** Seconds after which a session ends in any case; 0: never. */
  readonly absoluteTimeout: number
  readonly cleanUpPeriod: number
  /** Seconds that a marker outlives what else there may be. */
  readonly margin: number
  /** For each worker, whether anybody listens there to ends of sessions. */
  readonly listens: readonly boolean[]
  /** Ms by which the clock of one more worker is wrong, to which no request comes; 0: there is none. */
  readonly stray: number
  /** Whether requests keep their sessions alive, as a host does it. */
  readonly keepsAlive: boolean
  readonly operationTimeout: number
  readonly conflict: 'last-write-wins' | 'fail'
  /** @default 'dirty' */
  readonly savePeriod?: SavePeriod
  /** Ms that a message takes at most, one way. */
  readonly latency: number
  readonly faults: readonly PlannedFault[]
  readonly deaths: readonly Death[]
  /** Of every random number that the run needs. */
  readonly seed: number
}

export interface Scenario extends Surroundings {
  /** Whether the sessions are created before the faults begin. */
  readonly begun: boolean
  readonly requests: readonly Request[]
}

export interface ScenarioLimits {
  readonly store: fc.Arbitrary<Scenario['store']>
  readonly operationTimeouts: readonly number[]
  readonly intervals: readonly number[]
  /** Seconds that a request may give its session. */
  readonly ownIntervals: readonly number[]
  readonly absoluteTimeouts: readonly number[]
  readonly cleanUpPeriods: readonly number[]
  readonly margins: readonly number[]
  readonly listens: fc.Arbitrary<Scenario['listens']>
  readonly strays: readonly number[]
  readonly keepsAlive: boolean
  readonly deaths: fc.Arbitrary<Scenario['deaths']>
  readonly faulty: readonly Among[]
  readonly cutOff: fc.Arbitrary<number>
  /** How many, at most. */
  readonly faults: number
  readonly skews: readonly number[]
  readonly gap: fc.Arbitrary<number>
  readonly pause: fc.Arbitrary<number>
  readonly latencies: readonly number[]
  readonly delay: fc.Arbitrary<number>
  readonly sessions: readonly number[]
  readonly requests: { readonly min: number; readonly max: number }
}

/** Of the attributes that scenarios change. */
export const NAMES = ['a', 'b', 'c'] as const

const name = fc.constantFrom(...NAMES)

function anyDeed({ ownIntervals }: ScenarioLimits): fc.Arbitrary<Deed> {
  const seconds = fc.constantFrom(...ownIntervals)
  return fc.oneof(
    { weight: 8, arbitrary: setDeed() },
    { weight: 4, arbitrary: fc.constant<Deed>({ kind: 'save' }) },
    { weight: 6, arbitrary: updateDeed() },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('replaceData' as const), name }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('interval' as const), seconds }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Deed>({ kind: 'saveTwice' }, { kind: 'failingUpdate' }) },
    { weight: 2, arbitrary: fc.constantFrom<Deed>({ kind: 'touch' }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Deed>({ kind: 'end' }, { kind: 'end' }, { kind: 'endById' }, { kind: 'vanish' }),
    },
  )
}

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

const number: fc.Arbitrary<number> = fc.oneof({ weight: 1, arbitrary: fc.nat(3) }, { weight: 3, arbitrary: fc.nat(30) })

export function anyDeath(): fc.Arbitrary<Death> {
  return fc.record({
    worker: fc.nat(WORKERS - 1),
    number: fc.oneof(fc.nat(3), fc.nat(30)),
    among: fc.constantFrom<Among[]>('calls', 'claims', 'claims', 'sweeps'),
    when: fc.constantFrom<Death['when'][]>('before', 'after'),
  })
}

function anyFault({ faulty, delay }: ScenarioLimits): fc.Arbitrary<PlannedFault> {
  const worker = fc.nat(WORKERS - 1)
  const hit = fc.record({ worker, number, among: fc.constantFrom(...faulty), kind: faultKind, delay })
  if (!faulty.includes('sweeps')) return hit
  // Much can happen between what a slow sweep sees and what it does.
  const slow = fc.record({
    worker,
    number,
    among: fc.constantFrom<Among[]>('sweeps', 'claims'),
    kind: fc.constant<FaultKind>('slow'),
    delay: fc.integer({ min: 1500, max: 12_000 }),
  })
  return fc.oneof({ weight: 3, arbitrary: hit }, { weight: 1, arbitrary: slow })
}

/** Every interleaving within `limits` that a run can be asked to play. */
export function scenarios(limits: ScenarioLimits): fc.Arbitrary<Scenario> {
  const step = fc.record({ pause: limits.pause, deed: anyDeed(limits), awaited: mostly(true) })
  const request = fc.record({
    gap: limits.gap,
    worker: fc.nat(WORKERS - 1),
    session: fc.constantFrom(0, 0, 0, 1, 2),
    steps: fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }),
    cutOff: limits.cutOff,
  })
  return fc.record({
    ...surroundings(limits),
    begun: mostly(true),
    requests: fc.array(request, { minLength: limits.requests.min, maxLength: limits.requests.max, size: 'max' }),
  })
}

export type Arbitraries<T> = { readonly [Name in keyof T]: fc.Arbitrary<T[Name]> }

export function surroundings(limits: ScenarioLimits): Arbitraries<Surroundings> {
  return {
    store: limits.store,
    skews: fc.array(fc.constantFrom(...limits.skews), { minLength: 2, maxLength: WORKERS }),
    sessions: fc.constantFrom(...limits.sessions),
    interval: fc.constantFrom(...limits.intervals),
    absoluteTimeout: fc.constantFrom(...limits.absoluteTimeouts),
    cleanUpPeriod: fc.constantFrom(...limits.cleanUpPeriods),
    margin: fc.constantFrom(...limits.margins),
    listens: limits.listens,
    stray: fc.constantFrom(...limits.strays),
    keepsAlive: fc.constant(limits.keepsAlive),
    deaths: limits.deaths,
    operationTimeout: fc.constantFrom(...limits.operationTimeouts),
    conflict: fc.constantFrom<Scenario['conflict'][]>('last-write-wins', 'last-write-wins', 'last-write-wins', 'fail'),
    latency: fc.constantFrom(...limits.latencies),
    faults: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(anyFault(limits), { maxLength: limits.faults, size: 'max' }) },
    ),
    seed: fc.integer(),
  }
}

function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.constantFrom(value, value, value, !value)
}

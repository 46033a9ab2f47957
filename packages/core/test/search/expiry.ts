import type { Chain, State } from './chain.ts'
import { statesWithin } from './chain.ts'
import { hasBeenTaken } from './events.ts'
import { isOfSweep } from './faulty-channel.ts'
import type { FaultedCall } from './faulty-channel.ts'
import type { Operation, Use } from './journal.ts'
import { INTERVAL } from './journal.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'
import { everybody } from './world.ts'

/** Ms by which an expiry may be late beside the touch that may lag. */
const LATE = 5000
/** Ms between two clocks. */
const SKEW = 2000
/** Ms that a sweep waits for workers whose clocks are behind. */
const LATENESS = 5000
/** Faults that it takes until not even touches that are tried again and again come through. */
const HOPELESS = 3
/** Ms for which a lease may be nobody's any more, and stand in the way. */
const LEASE = 35_000

export interface ExpiryCheck {
  readonly scenario: Scenario
  readonly world: World
  readonly chain: Chain
}

/** Sessions are over neither too early nor too late, and somebody is told of each. */
export function expiryProblems(check: ExpiryCheck): string[] {
  const { chain, scenario, world } = check
  const own = world.journal.operations.filter(({ key }) => key === chain.key)
  const problems = [...inventedTimes(check), ...own.flatMap((operation) => servedTooLate(check, operation))]
  if (scenario.keepsAlive) {
    problems.push(...own.flatMap((operation) => refusedTooEarly(check, operation)), ...sweptTooEarly(check))
  }
  return [...problems, ...untold(check)].map((problem) => `${chain.key}: ${problem}`)
}

/** What the store says of the last request is the time of a request, and not of what was tried again for it. */
function inventedTimes({ world, chain }: ExpiryCheck): string[] {
  const uses = usesOf(world, chain.key)
  return chain.states.flatMap(({ kind, version, lastAccessedAt }) => {
    const isTime = (use: Use): boolean => {
      const skew = world.workers.find(({ name }) => name === use.worker)?.skew ?? 0
      return use.from + skew <= lastAccessedAt && lastAccessedAt <= use.to + skew
    }
    return kind !== 'live' || uses.some(isTime) ? [] : [`version ${version} says that it was used when nobody did`]
  })
}

/** Nothing is served later than the interval, a touch and five seconds after the last request, nor past the absolute limit. */
function servedTooLate({ scenario, world, chain }: ExpiryCheck, { id, kind, from, answer }: Operation): string[] {
  if (kind !== 'load' || answer?.kind !== 'done' || answer.result === undefined) return []
  const problems: string[] = []
  const before = usesOf(world, chain.key).filter((use) => use.from < from)
  const last = Math.max(...before.map(({ to }) => to))
  const longest = Math.max(...chain.states.map(intervalOf))
  const latest = last + longest + Math.min(60_000, Math.max(1000, longest / 20)) + LATE
  if (before.length > 0 && from > latest)
    problems.push(`load ${id} was served ${Math.round(from - latest)} ms too late`)
  const createdAt = chain.states.find((state) => state.kind === 'live')?.createdAt ?? Infinity
  const end = createdAt + scenario.absoluteTimeout * 1000 + SKEW
  if (scenario.absoluteTimeout > 0 && from > end) problems.push(`load ${id} was served past the absolute limit`)
  return problems
}

/** Nobody is told that a session is over before its interval has passed since a request that was answered. */
function refusedTooEarly(check: ExpiryCheck, { id, kind, from, answer }: Operation): string[] {
  const isRefused =
    answer?.kind === 'done' ? kind === 'load' && answer.result === undefined : answer?.code === 'SESSION_ENDED'
  if (!isRefused || !answer) return []
  const wasEnded = statesWithin(check.chain, -Infinity, answer.at).some(
    ({ kind: state, reason, write }) => (state === 'ended' && reason !== 'expired') || write?.worker === 'nobody',
  )
  const early = wasEnded ? 0 : msTooEarly(check, from, answer.at)
  return early > 0 ? [`operation ${id} found it over ${Math.round(early)} ms too early`] : []
}

/** Nothing is swept before that either, nor before it expired by what the store says. */
function sweptTooEarly(check: ExpiryCheck): string[] {
  const { states } = check.chain
  return states.flatMap(({ reason, write }, index) => {
    const last = states[index - 1]
    if (reason !== 'expired' || !last || !write) return []
    const early = Math.max(msTooEarly(check, write.from, write.from), last.expiresAt - SKEW - write.from)
    return early > 0 ? [`it was swept ${Math.round(early)} ms too early`] : []
  })
}

/** How much too early it is at `at` for the session to be over; `asked`: when that was asked. */
function msTooEarly({ scenario, world, chain }: ExpiryCheck, asked: number, at: number): number {
  const createdAt = chain.states.find(({ kind }) => kind === 'live')?.createdAt ?? 0
  if (scenario.absoluteTimeout > 0 && at >= createdAt + scenario.absoluteTimeout * 1000 - 2 * SKEW) return 0
  if (!chain.states.some(isLive)) return 0
  const uses = usesOf(world, chain.key)
  const kept = uses.filter((use) => use.isKept && use.to <= asked && faultsDuring(world, use, at) < HOPELESS)
  const running = uses.filter((use) => use.from < asked && asked <= use.to && faultsDuring(world, use, at) === 0)
  const early = [...kept, ...running].map(({ from, to }) => {
    const shortest = Math.min(...statesWithin(chain, from, at).filter(isLive).map(intervalOf))
    return Math.min(to, asked) + shortest - at
  })
  // Of a session that was not stored yet there is no interval.
  return Math.max(0, ...early.filter(Number.isFinite))
}

/** How often the touches of this use may have been hit; infinite when their worker died. */
function faultsDuring({ workers }: World, { key, worker, from }: Use, at: number): number {
  const channel = workers.find(({ name }) => name === worker)?.channel
  if (!channel || (channel.diedAt ?? Infinity) <= at) return Infinity
  return channel.faulted.filter((fault) => fault.key === key && fault.at >= from && fault.at <= at).length
}

/** Where somebody listens, somebody is told of a session that expired, unless its worker died or the store was away. */
function untold({ scenario, world, chain }: ExpiryCheck): string[] {
  const { states, lives } = chain
  const last = states.at(-1)
  const listeners = world.workers.filter(({ listens }) => listens)
  if (!last || !isLive(last) || listeners.length === 0 || hasBeenTaken(states)) return []
  if (world.workers.some(({ channel }) => channel.diedAt !== undefined)) return []
  const due = last.expiresAt + LATENESS + scenario.cleanUpPeriod * 1100 + SKEW
  const gone = lives.at(-1)?.goneAt ?? Infinity
  // An entry that was not given the life that it needs is looked at elsewhere.
  if (gone < due || due > world.clock.now()) return []
  const isInTheWay = (fault: FaultedCall): boolean =>
    (isOfSweep(fault) || world.keys.includes(fault.key)) && fault.at >= last.expiresAt - LEASE && fault.at <= gone
  const wasHit = everybody(world).some(({ channel }) => channel.faulted.some(isInTheWay))
  return wasHit ? [] : ['it expired, and nobody was told']
}

/** What should have gone, and stays for ever. */
export function immortals(scenario: Scenario, world: World): string[] {
  if (!scenario.keepsAlive || world.workers.every(({ channel }) => channel.diedAt !== undefined)) return []
  const isOurs = (key: string): boolean => world.keys.includes(key) || isOfSweep({ verb: '', key })
  const immortal = world.left().filter(([key, goneAt]) => goneAt === Infinity && isOurs(key))
  return immortal.map(([key]) => `${key} stays for ever`)
}

/** A worker whose clock is more than five seconds off leaves the sweeping to others. */
export function strayProblems({ stray, history }: World): string[] {
  const strays = history.writes.filter(({ worker, key }) => worker === stray?.name && isOfSweep({ verb: '', key }))
  return strays.length > 0 ? [`${stray?.name} swept, although its clock is wrong`] : []
}

function usesOf({ journal, workers }: World, key: string): Use[] {
  return journal.uses
    .filter((use) => use.key === key)
    .map((use) => {
      const diedAt = workers.find(({ name }) => name === use.worker)?.channel.diedAt ?? Infinity
      return { ...use, to: Math.min(use.to, diedAt) }
    })
}

function isLive({ kind }: State): boolean {
  return kind === 'live'
}

/** Ms. */
function intervalOf({ values }: State): number {
  return Number(values.get(INTERVAL) ?? 0) * 1000
}

import type { Chain } from '../chain.ts'
import { chainProblems, chainsOf, statesWithin } from '../chain.ts'
import { changeProblems, valueIn } from '../late/late-oracle.ts'
import type { LateLedger, LogOut, Opened, Seen, Written } from '../late/ledger.ts'
import type { StickyWorld } from './copies-requests.ts'
import type { CopiesScenario } from './copies-scenario.ts'
import type { Absence, StickyStore } from './sticky-store.ts'

/** Ms that a message takes at most, there and back, and something is late by. */
const SLACK = 50
/** Ms after which everybody has heard of what is on its way. */
const HEARD = 200

/** One session, and all that is known of it. */
interface Case {
  readonly scenario: CopiesScenario
  readonly world: StickyWorld
  readonly key: string
  readonly ledger: LateLedger
  /** What each cluster held of it, with the time from which that cluster was there. */
  readonly chains: readonly (Chain & { readonly since: number })[]
}

/** Everything that is not as promised of sessions that workers have copies of. */
export function copiesProblems(
  scenario: CopiesScenario,
  world: StickyWorld,
  ledgers: ReadonlyMap<string, LateLedger>,
): string[] {
  return [...ledgers].flatMap(([key, ledger]) => {
    const chains = world.clusters.lives.flatMap(({ history, from }) =>
      chainsOf(history, [key], scenario.interval).map((chain) => ({ ...chain, since: from })),
    )
    const [only] = chains
    const theCase = { scenario, world, key, ledger, chains }
    return [
      ...ledger.problems,
      ...chains.flatMap(chainProblems),
      ...(chains.length === 1 && only ? changeProblems(world, only, ledger) : []),
      ...ledger.seen.flatMap((seen) => staleProblems(theCase, seen)),
      ...ledger.opened.flatMap((opened) => wrongFinds(theCase, opened)),
      ...ledger.logOuts.flatMap((logOut) => undoneLogOuts(theCase, logOut)),
      ...ledger.written.flatMap((written) => silentLosses(theCase, written)),
      ...doubleUpdates(theCase),
      ...lostWithTheirCluster(theCase),
      ...wrongBeginnings(theCase),
    ].map((problem) => `${key}: ${problem}`)
  })
}

/** What a request is shown is as old as it may be: by what its worker was told, by its age, and by when it came back. */
function staleProblems(theCase: Case, seen: Seen): string[] {
  const { scenario, world } = theCase
  const { worker, name, value, from, by } = seen
  const store = world.stores.get(worker)
  const replacedAt = endOf(theCase, seen)
  if (!store || replacedAt === undefined || replacedAt >= from) return []
  const what = `${by} at ${worker} saw ${name}=${value ?? 'nothing'}, which had been replaced ${from - replacedAt} ms before`
  // Of a session that was ended or renamed an event tells nothing but that it changed.
  const told = store.told.find(
    ({ key, of, at }) => (key ?? theCase.key) === theCase.key && of > replacedAt - 1 && at < from,
  )
  const isHeard = told !== undefined && (told.key !== undefined || told.of > replacedAt)
  const absence = absenceAt(store, from)
  if (isHeard && !(absence && told.key === undefined)) return [`${what}, and the worker had been told`]
  if (absence?.noticedAt !== undefined && absence.noticedAt <= from) return []
  if (!hasWritten(theCase, seen)) return [`${what}, and the worker had never written it`]
  const isOld = from - replacedAt > scenario.stalePeriod * 1000 + SLACK
  return isOld ? [`${what}, more than \`stalePeriod\``] : []
}

/** Whether the worker may have a copy of what a request saw there: only of what it wrote itself. */
function hasWritten({ chains }: Case, { worker, name, value }: Seen): boolean {
  return chains.some(({ states }) =>
    states.some((state) => state.write?.worker === worker && valueIn(state, name) === value),
  )
}

/** Epoch ms at which another worker, or an end, followed on what a request saw; `undefined`: nobody did, or it was never stored. */
function endOf({ chains }: Case, { worker, name, value, from }: Seen): number | undefined {
  const chain = chains.findLast(({ since }) => since <= from)
  if (!chain || value === undefined) return undefined
  const last = chain.states.findLastIndex((state) => valueIn(state, name) === value)
  if (last === -1) return undefined
  const next = chain.states.slice(last + 1).find(({ kind, write }) => kind === 'ended' || write?.worker !== worker)
  // An entry that is removed by hand is told of to nobody; copies of it are as old as they may be.
  return next?.write?.to
}

/** A worker that finds no session is right, and one that goes on without the cluster does so for as long as it may. */
function wrongFinds(theCase: Case, opened: Opened): string[] {
  const { scenario, world, ledger, chains } = theCase
  const { worker, kind, from, at } = opened
  const store = world.stores.get(worker)
  const chain = chains.findLast(({ since }) => since <= from)
  if (!store || !chain) return []
  if (kind === 'live') {
    const { noticedAt = Infinity } = absenceAt(store, from) ?? {}
    const isTooLong = from - noticedAt > scenario.localServiceLimit * 1000
    return isTooLong ? [`${worker} served it without the cluster for ${from - noticedAt} ms`] : []
  }
  const isOut = ledger.logOuts.some((logOut) => logOut.worker === worker && logOut.isNoted && logOut.at <= at)
  if (isOut || chains.some(({ since }) => since > from && since <= at)) return []
  const states = statesWithin(chain, from, at)
  if (states.every((state) => state.kind === 'live'))
    return [`${worker} found it ${kind}, and it was there all the time`]
  const begun = ledger.written.find((written) => written.worker === worker && written.ackedAt < from)
  const isUnstored = chain.states.length === 1 && chains.length === 1
  return begun && isUnstored ? [`${worker} found it ${kind}, which had begun there`] : []
}

/** Whoever was told that he is logged out, or that he is as good as that, is. */
function undoneLogOuts({ world, ledger, chains }: Case, logOut: LogOut): string[] {
  const { worker, at, isConfirmed, isNoted } = logOut
  if (!isConfirmed && !isNoted) return []
  const problems: string[] = []
  const store = world.stores.get(worker)
  // Of the cluster that comes back nothing is known yet while it is away.
  const { from: knownAt = at, to: backAt = at } = (store && absenceAt(store, at)) ?? {}
  const next = chains.slice(1).filter(({ since }) => since >= knownAt)
  const [nextCluster] = next
  const isServed = ledger.opened.some(
    (opened) =>
      opened.worker === worker &&
      opened.kind === 'live' &&
      opened.from > at &&
      opened.from < Math.max(backAt, nextCluster?.since ?? Infinity),
  )
  if (isServed) problems.push(`${worker} served it after its log-out there`)
  const again = next.map(({ states }) => states[1]?.write?.worker)
  if (again.includes(worker)) problems.push(`${worker} restored it after its log-out there`)
  const isAlive = world.workers.some(({ name, channel }) => name === worker && channel.diedAt === undefined)
  const left = chains.at(-1)?.states.at(-1)?.kind
  if (isAlive && !nextCluster && left === 'live') problems.push(`it is still there after its log-out at ${worker}`)
  return problems
}

/** A change that was answered for is stored, or below one that is, or its loss was told of. */
function silentLosses({ world, ledger, chains }: Case, written: Written): string[] {
  const { worker, name, value, ackedAt } = written
  const isAlive = world.workers.some((other) => other.name === worker && other.channel.diedAt === undefined)
  if (!isAlive || ackedAt === Infinity) return []
  const isStored = chains.some(({ states }) => states.some((state) => valueIn(state, name) === value))
  const isFollowed = ledger.written.some(
    (other) => other !== written && other.worker === worker && other.ackedAt < Infinity && ledger.isBelow(value, other),
  )
  const isTold = world.reports.some((report) => report.worker === worker && report.names.includes(name))
  const isTheEnd = world.journal.destroyed.some(
    (end) => end.worker === worker && end.at >= ackedAt && end.attributes[name] === value,
  )
  // Who logs out of a session that nobody else knows takes it along.
  const isUnheardOf =
    chains.every(({ states }) => states.length === 1) && ledger.logOuts.some((out) => out.worker === worker)
  const isKnown = isStored || isFollowed || isTold || isTheEnd || isUnheardOf
  return isKnown ? [] : [`${name}=${value} was acknowledged by ${worker}, was never stored, and nobody was told`]
}

function doubleUpdates({ ledger, chains }: Case): string[] {
  return chains.flatMap(({ states }) => {
    const list = states.findLast(({ kind }) => kind === 'live')?.list ?? []
    const twice = [...ledger.updates.keys()].filter((token) => list.filter((item) => item === token).length > 1)
    return twice.map((token) => `the update ${token} is in the list more than once`)
  })
}

/**
 * Who wrote a session last creates it again in a new cluster. That is asked for where everybody knew who that was: no call
 * of that worker failed, no event got lost, and all had heard of it.
 */
function lostWithTheirCluster({ scenario, world, ledger, chains }: Case): string[] {
  const [before, after] = chains
  const last = before?.states.at(-1)
  if (!before || !after || last?.kind !== 'live' || scenario.eventFaults.length > 0) return []
  const writer = world.workers.find(({ name }) => name === last.write?.worker)
  if (!writer || writer.channel.diedAt !== undefined || ledger.logOuts.length > 0) return []
  const isQuiet = world.workers.every(({ name, channel }) => {
    const absences = world.stores.get(name)?.absences ?? []
    const first = absences[0]?.from ?? Infinity
    return channel.faulted.length === 0 && (last.write?.to ?? 0) + HEARD < first && first <= after.since
  })
  const isConfirmed = [...last.values].every(([name]) => {
    const written = ledger.writerOf(name, valueIn(last, name))
    return !written || written.ackedAt < after.since
  })
  if (!isQuiet || !isConfirmed) return []
  // One that is there for a moment only may be gone before anybody restores anything.
  const restored = chains.slice(1).find(({ states }) => states.length > 1)?.states[1]
  if (!restored) return [`${writer.name} wrote it last, and did not restore it`]
  const isOlder = (name: string): boolean => {
    const written = ledger.writerOf(name, valueIn(last, name))
    return written !== undefined && ledger.isOver(written, valueIn(restored, name))
  }
  return [...last.values.keys()].filter(isOlder).map((name) => `it was restored with an older ${name}`)
}

function wrongBeginnings({ world, key }: Case): string[] {
  const { length } = world.journal.created.filter((created) => created.key === key)
  return length > 1 ? [`\`created\` fired ${length} times`] : []
}

function absenceAt({ absences }: StickyStore, at: number): Absence | undefined {
  return absences.find(({ from, to }) => from <= at && at <= to)
}

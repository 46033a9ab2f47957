import type { Chain, State } from '../chain.ts'
import { chainProblems, chainsOf } from '../chain.ts'
import type { World } from '../world.ts'
import type { LateLedger, Written } from './ledger.ts'

/**
 * Everything that is not as promised when changes are written later than their answers.
 *
 * @param interval seconds that the session lives without a request
 */
export function lateProblems(world: World, ledger: LateLedger, interval: number): string[] {
  const [chain] = chainsOf(world.history, world.keys, interval)
  if (!chain) return ['there is no session']
  return [...ledger.problems, ...chainProblems(chain), ...changeProblems(world, chain, ledger)]
}

/** What is wrong with what became of changes, in a store that was the same all the time. */
export function changeProblems(world: World, chain: Chain, ledger: LateLedger): string[] {
  return [
    ...backwardsAtHome(chain, ledger),
    ...backwardsInStore(chain, ledger),
    ...lateWinners(chain, ledger),
    ...lost(world, chain, ledger),
    ...lostUpdates(chain, ledger),
    ...poorFarewells(chain, world, ledger),
  ]
}

/** A worker that answered for a value shows none that was below it, while there is a session. */
function backwardsAtHome({ states }: Chain, ledger: LateLedger): string[] {
  const endedAt = states.find(({ kind }) => kind === 'ended')?.write?.from ?? Infinity
  const seen = ledger.seen.filter(({ at }) => at < endedAt)
  return seen.flatMap(({ worker, name, value, from, by }) =>
    ledger.written
      .filter((written) => written.worker === worker && written.name === name && written.ackedAt < from)
      .filter((written) => ledger.isOver(written, value))
      .map((written) => `${by} at ${worker} saw ${name}=${value ?? 'nothing'}, which ${written.value} was set over`),
  )
}

/** Nor does the store go back to what was below its value. */
function backwardsInStore(chain: Chain, ledger: LateLedger): string[] {
  return changesOf(chain, ledger).flatMap(({ before, state, written: { name, value } }) => {
    const undone = ledger.writerOf(name, valueIn(before, name))
    const isBack = undone !== undefined && ledger.isOver(undone, value)
    return isBack ? [`version ${state.version}: ${name} went back to ${value}, over ${undone.value}`] : []
  })
}

/** What another worker stored after the answer to a change is not undone by that change, which had not seen it. */
function lateWinners(chain: Chain, ledger: LateLedger): string[] {
  return changesOf(chain, ledger).flatMap(({ before, state, written }) => {
    const loser = ledger.writerOf(written.name, valueIn(before, written.name))
    if (!loser || loser.worker === written.worker || !written.isLate) return []
    const stored = chain.states.find((other) => valueIn(other, loser.name) === loser.value)
    const cameMeanwhile = (stored?.write?.from ?? 0) > written.ackedAt
    if (!cameMeanwhile || ledger.isBelow(loser.value, written)) return []
    return [`version ${state.version}: ${written.value} was written late, over ${loser.value}, which came meanwhile`]
  })
}

/** In the end there is nothing below what a worker answered for that did not die. */
function lost({ workers }: World, chain: Chain, ledger: LateLedger): string[] {
  const last = chain.states.at(-1)
  if (last?.kind !== 'live') return []
  const alive = workers.filter(({ channel }) => channel.diedAt === undefined).map(({ name }) => name)
  return ledger.written
    .filter(({ worker, ackedAt }) => alive.includes(worker) && ackedAt < Infinity)
    .filter((written) => ledger.isOver(written, valueIn(last, written.name)))
    .map(({ name, value }) => `${name}=${value} was acknowledged, and ${valueIn(last, name) ?? 'nothing'} is left`)
}

function lostUpdates(chain: Chain, { updates }: LateLedger): string[] {
  const last = chain.states.findLast(({ kind }) => kind === 'live')
  const list = last?.list ?? []
  return [...updates].flatMap(([token, isAcked]) => {
    const times = list.filter((item) => item === token).length
    return times > 1 || (times === 0 && isAcked) ? [`the update ${token} is in the list ${times} times`] : []
  })
}

/**
 * Who is told of the end by the worker that ended it is told what that worker answered for before. An end whose outcome had
 * to be found out is told later, when others may have found it too.
 */
function poorFarewells({ key, states }: Chain, { journal }: World, ledger: LateLedger): string[] {
  const endedAt = states.find(({ kind }) => kind === 'ended')?.write?.from ?? Infinity
  const told = journal.destroyed.filter((end) => end.key === key && end.at - endedAt < AT_ONCE)
  return told.flatMap(({ worker, attributes }) =>
    ledger.written
      .filter((written) => written.worker === worker && written.ackedAt < endedAt)
      .filter((written) => ledger.isOver(written, textOf(attributes[written.name])))
      .map(({ name, value }) => `\`destroyed\` at ${worker} told nothing of ${name}=${value}`),
  )
}

/** Ms: longer than an answer takes that is not late. */
const AT_ONCE = 50

interface Change {
  readonly before: State
  readonly state: State
  readonly written: Written
}

/** Each attribute that each version changed, with who wanted it. */
function changesOf({ states }: Chain, ledger: LateLedger): Change[] {
  return states.flatMap((state, index) => {
    const before = states[index - 1]
    if (before?.kind !== 'live' || state.kind !== 'live') return []
    return ledger.written
      .filter(({ name, value }) => valueIn(state, name) === value && valueIn(before, name) !== value)
      .map((written) => ({ before, state, written }))
  })
}

export function valueIn({ values }: State, name: string): string | undefined {
  const text = values.get(name)
  return text === undefined ? undefined : textOf(JSON.parse(text))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

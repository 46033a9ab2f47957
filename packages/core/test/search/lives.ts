import type { Chain, State } from './chain.ts'
import { hasVanished } from './chain.ts'
import type { LifeGiven } from './history.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** Seconds that members may take off. */
const ROUNDING = 5
/** Seconds for the marker of a session that expired. */
const EXPIRED_LIFE = 60

/** Every entry has an end, and none ends too early. */
export function lifeProblems(scenario: Scenario, world: World, chain: Chain): string[] {
  if (scenario.store === 'memory') return chain.lives.flatMap((life) => tooShort(scenario, chain, life))
  return [...markerProblems(scenario, world, chain), ...lastLifeProblems(scenario, world, chain)]
}

/** On a map, the life that counts is the one that is left when everything has been said. */
function lastLifeProblems(scenario: Scenario, world: World, chain: Chain): string[] {
  const { lives } = chain
  const last = lives.at(-1)
  const state = chain.states.at(-1)
  if (!last || !state?.write || state.kind === 'absent') return []
  const writer = state.write.worker
  const isFaulted = world.workers.some(
    ({ name, channel }) =>
      name === writer &&
      (channel.diedAt !== undefined || channel.faulted.some(({ key, verb }) => key === chain.key && isWrite(verb))),
  )
  // Given by somebody whose write had been followed by another one: compare-and-set has no word for that.
  const isStray = lives.some(({ text, meant }) => text === state.write?.after && text !== meant)
  return isFaulted || isStray ? [] : tooShort(scenario, chain, last)
}

/** An end that was confirmed is sure to last, whatever happened on the way. */
function markerProblems(scenario: Scenario, world: World, chain: Chain): string[] {
  const { lives } = chain
  return world.journal.operations.flatMap(({ key, kind, answer }) => {
    if (key !== chain.key || kind !== 'end' || answer?.kind !== 'done' || answer.result !== true) return []
    if (hasVanished(chain, -Infinity, answer.at)) return []
    const known = lives.filter(({ at }) => at <= answer.at)
    const life = known.at(-1)
    if (!life || known.some(({ text, meant }) => text === life.text && text !== meant)) return []
    return tooShort(scenario, chain, life)
  })
}

function tooShort(scenario: Scenario, chain: Chain, { text, at, goneAt }: LifeGiven): string[] {
  const index = chain.states.findIndex(({ write }) => write?.after === text)
  const state = chain.states[index]
  if (!state) return []
  const needed =
    state.kind === 'ended' ? markerLife(scenario, state, at, chain.states[index - 1]) : liveLife(scenario, state)
  const what = `${chain.key} version ${state.version}`
  if (goneAt === Infinity) return [`${what} stays for ever`]
  return goneAt < needed ? [`${what} goes ${Math.round((needed - goneAt) / 1000)} s too early`] : []
}

/** Until two sweeps have seen that it expired. */
function liveLife({ cleanUpPeriod, skews }: Scenario, { expiresAt }: State): number {
  return expiresAt + (2 * cleanUpPeriod + ROUNDING) * 1000 - Math.max(...skews)
}

function markerLife({ margin, absoluteTimeout }: Scenario, { reason }: State, at: number, last?: State): number {
  if (reason === 'expired') return at + EXPIRED_LIFE * 1000
  const interval = Number(last?.values.get('#interval') ?? 0) * 1000
  const left = absoluteTimeout === 0 ? Infinity : (last?.createdAt ?? 0) + absoluteTimeout * 1000 - at
  return at + margin * 1000 + Math.max(0, Math.min(interval, left))
}

function isWrite(verb: string): boolean {
  return verb === 'setTtl' || verb === 'replaceIfSame' || verb === 'putIfAbsent'
}

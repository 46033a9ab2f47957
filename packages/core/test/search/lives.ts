import type { Chain, State } from './chain.ts'
import { hasVanished } from './chain.ts'
import type { LifeGiven } from './history.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** Seconds that an entry outlives its session, less what clocks may be wrong: two sweeps of a minute each. */
const SWEEPS = 110
const MARKER_MARGIN = 600

/** Every entry has an end, and none ends too early. */
export function lifeProblems(scenario: Scenario, world: World, chain: Chain): string[] {
  if (scenario.store === 'memory') return chain.lives.flatMap((life) => tooShort(chain, life))
  return [...markerProblems(world, chain), ...lastLifeProblems(world, chain)]
}

/** On a map, the life that counts is the one that is left when everything has been said. */
function lastLifeProblems(world: World, chain: Chain): string[] {
  const { lives } = chain
  const last = lives.at(-1)
  const state = chain.states.at(-1)
  if (!last || !state?.write || state.kind === 'absent') return []
  const writer = state.write.worker
  const isFaulted = world.workers.some(
    ({ name, channel }) =>
      name === writer && channel.faulted.some(({ key, verb }) => key === chain.key && isWrite(verb)),
  )
  // Given by somebody whose write had been followed by another one: compare-and-set has no word for that.
  const isStray = lives.some(({ text, meant }) => text === state.write?.after && text !== meant)
  return isFaulted || isStray ? [] : tooShort(chain, last)
}

/** An end that was confirmed is sure to last, whatever happened on the way. */
function markerProblems(world: World, chain: Chain): string[] {
  const { lives } = chain
  return world.journal.operations.flatMap(({ key, kind, answer }) => {
    if (key !== chain.key || kind !== 'end' || answer?.kind !== 'done' || answer.result !== true) return []
    if (hasVanished(chain, -Infinity, answer.at)) return []
    const known = lives.filter(({ at }) => at <= answer.at)
    const life = known.at(-1)
    if (!life || known.some(({ text, meant }) => text === life.text && text !== meant)) return []
    return tooShort(chain, life)
  })
}

function tooShort(chain: Chain, { text, at, goneAt }: LifeGiven): string[] {
  const index = chain.states.findIndex(({ write }) => write?.after === text)
  const state = chain.states[index]
  if (!state) return []
  const needed = state.kind === 'ended' ? markerLife(chain.states[index - 1], at) : state.expiresAt + SWEEPS * 1000
  const what = `${chain.key} version ${state.version}`
  if (goneAt === Infinity) return [`${what} stays for ever`]
  return goneAt < needed ? [`${what} goes ${Math.round((needed - goneAt) / 1000)} s too early`] : []
}

function markerLife(last: State | undefined, at: number): number {
  const interval = Number(last?.values.get('#interval') ?? 0)
  return at + (interval + MARKER_MARGIN) * 1000
}

function isWrite(verb: string): boolean {
  return verb === 'setTtl' || verb === 'replaceIfSame' || verb === 'putIfAbsent'
}

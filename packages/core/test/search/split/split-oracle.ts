import type { World } from '../world.ts'
import type { Asked, SplitLog } from './splitting.ts'
import { LIST } from './splitting.ts'

/** What is stored under each key in the end; keys without a live session are left out. */
export type Finals = ReadonlyMap<string, Readonly<Record<string, unknown>>>

type Data = Finals extends ReadonlyMap<string, infer Value> ? Value : never

/**
 * Ms after which a write surely outlives what was written before the members lost each other: members count seconds, and
 * two clocks may differ by two.
 */
const SETTLING = 4000

/** Everything that is not as promised of sessions whose cluster was split for a while. */
export function splitProblems(world: World, log: SplitLog, finals: Finals): string[] {
  return [...log.problems, ...world.keys.flatMap((key) => keyProblems(world, log, finals, key))]
}

function keyProblems(world: World, log: SplitLog, finals: Finals, key: string): string[] {
  const isStray = world.history.lives.some((life) => life.key === key && life.text !== life.meant)
  // No compare-and-set knows of lives: where a write and the life of its entry are two calls, whatever comes in between may
  // leave a copy that outlives the other.
  if (isStray || log.halfDone.has(key)) return []
  return [...servedAfterEnd(log, key), ...(isLifeHit(world, key) ? [] : lostWrites(log, key, finals.get(key)))]
}

/** Logged out stays logged out: at once on its own side, and everywhere once the halves have met. */
function servedAfterEnd({ asked, splitAt, healedAt }: SplitLog, key: string): string[] {
  const own = asked.filter((one) => one.key === key)
  const ends = own.filter(({ kind, answer }) => kind === 'end' && answer === true)
  const isSplitFrom = (end: Asked, load: Asked): boolean =>
    end.side !== load.side && end.to >= splitAt && end.from <= healedAt && load.from <= healedAt
  return own.flatMap((load) => {
    if (load.kind !== 'load' || load.answer !== true) return []
    const end = ends.find((one) => one.to < load.from && !isSplitFrom(one, load))
    return end ? [`${key}: request ${load.number} was served what request ${end.number} had logged out`] : []
  })
}

/** What was acknowledged is there, unless the other half wrote the same session. */
function lostWrites({ asked, splitAt, healedAt }: SplitLog, key: string, final: Data | undefined): string[] {
  const own = asked.filter((one) => one.key === key)
  if (own.some(({ kind, answer }) => kind === 'end' && answer !== false)) return []
  const touched = own.filter(({ to, from }) => to >= splitAt && from <= healedAt)
  const isContested = new Set(touched.map(({ side }) => side)).size > 1
  const isEven = touched.length > 0 && !touched.some(({ from }) => from >= splitAt + SETTLING)
  if (isContested || isEven) return []
  if (!final) return [`${key} is gone, and nobody ended it`]
  const list: readonly unknown[] = Array.isArray(final[LIST]) ? final[LIST] : []
  const doubled = new Set(list).size < list.length ? [`${key} counted an update twice: ${list.join()}`] : []
  const lost = own.filter(
    ({ kind, answer, token }) => kind === 'write' && answer === true && final[token] !== token && !list.includes(token),
  )
  return [...doubled, ...lost.map(({ number, token }) => `${key} lost ${token} of request ${number}`)]
}

/** Whether a fault may have kept an entry from being given its life. */
function isLifeHit({ workers }: World, key: string): boolean {
  const verbs = new Set(['setTtl', 'replaceIfSame'])
  return workers.some(({ channel }) => channel.faulted.some((fault) => fault.key === key && verbs.has(fault.verb)))
}

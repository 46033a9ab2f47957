import type { AppliedWrite, History, LifeGiven } from './history.ts'
import { INTERVAL, LIST } from './journal.ts'

/** What a key held from one write to the next. */
export interface State {
  /** The write that made it; `undefined` for the time before the first. */
  readonly write: AppliedWrite | undefined
  readonly kind: 'absent' | 'live' | 'ended'
  readonly version: number
  readonly writes: readonly string[]
  readonly expiresAt: number
  /** Of a live state. */
  readonly createdAt: number
  readonly lastAccessedAt: number
  /** JSON texts by attribute name, and the session's own interval; without the list. */
  readonly values: ReadonlyMap<string, string>
  /** The tokens that updates appended. */
  readonly list: readonly string[]
  readonly reason: string | undefined
}

/** Everything that one key ever held, in order. */
export interface Chain {
  readonly key: string
  readonly states: readonly State[]
  readonly lives: readonly LifeGiven[]
}

const KEPT = 8

export function chainsOf(history: History, keys: readonly string[], interval: number): Chain[] {
  return keys.map((key) => {
    const writes = history.writes.filter((write) => write.key === key)
    const made = writes.map((write) => stateOf(write)).toSorted(byOrder)
    const lives = history.lives.filter((life) => life.key === key)
    return { key, states: [nothing(interval), ...made], lives }
  })
}

/** Removals are ordered by time, writes by version: on a real member the times of two writes may overlap. */
function byOrder(one: State, other: State): number {
  if (one.kind !== 'absent' && other.kind !== 'absent') return one.version - other.version
  return (one.write?.from ?? 0) - (other.write?.from ?? 0)
}

/** Versions only grow, by one; each names the writes before it; nothing follows an end. */
export function chainProblems({ key, states }: Chain): string[] {
  const problems: string[] = []
  for (const [index, state] of states.entries()) {
    const before = states[index - 1]
    if (!before || state.kind === 'absent') continue
    const what = `${key} version ${state.version}`
    if (before.kind === 'ended') problems.push(`${what} was written over an ended marker`)
    if (before.kind === 'absent' && before.write) problems.push(`${what} was written after the entry was gone`)
    if (before.write && state.write?.before !== before.write.after) {
      problems.push(`${what} did not replace the version before it`)
    }
    if (state.version !== before.version + 1) problems.push(`${what} follows version ${before.version}`)
    const [own, ...others] = state.writes
    if (own === undefined || before.writes.includes(own)) problems.push(`${what} has no write id of its own`)
    if (others.join() !== before.writes.slice(0, KEPT - 1).join()) problems.push(`${what} forgot earlier write ids`)
  }
  return problems
}

/** The states that the key may have had at some moment from `from` to `to`. */
export function statesWithin({ states }: Chain, from: number, to: number): State[] {
  return states.filter((state, index) => {
    const next = states[index + 1]
    return (state.write?.from ?? -Infinity) <= to && (next?.write?.to ?? Infinity) >= from
  })
}

/** Whether there was no session at some moment from `from` to `to`, by a clock that may be wrong by `skew`. */
export function wasOver(chain: Chain, from: number, to: number, skew: number): boolean {
  const life = chain.lives.findLast(({ at }) => at <= to)
  if (life && life.goneAt <= to) return true
  return statesWithin(chain, from, to).some((state) => state.kind !== 'live' || state.expiresAt <= to + skew)
}

/** Whether the entry was removed from `from` to `to`, so that nobody can find what it held. */
export function hasVanished(chain: Chain, from: number, to: number): boolean {
  return statesWithin(chain, from, to).some(({ kind, write }) => kind === 'absent' && write !== undefined)
}

function nothing(interval: number): State {
  const values = new Map([[INTERVAL, String(interval)]])
  const times = { expiresAt: 0, createdAt: 0, lastAccessedAt: 0 }
  return { write: undefined, kind: 'absent', version: 0, writes: [], ...times, values, list: [], reason: undefined }
}

function stateOf(write: AppliedWrite): State {
  if (write.after === undefined) return { ...nothing(0), write, values: new Map() }
  const entry: StoredEntry = JSON.parse(write.after)
  const { version, writes, expiresAt, createdAt = 0, lastAccessedAt = 0, ended } = entry
  const { [LIST]: list = '[]', ...texts } = entry.attributes ?? {}
  const values = new Map(Object.entries(texts))
  if (entry.maxInactiveInterval !== undefined) values.set(INTERVAL, String(entry.maxInactiveInterval))
  const kind = ended === undefined ? 'live' : 'ended'
  const tokens: string[] = JSON.parse(list)
  const times = { expiresAt, createdAt, lastAccessedAt }
  return { write, kind, version, writes, ...times, values, list: tokens, reason: ended }
}

/** An entry as it is on the wire, read without the code under test. */
interface StoredEntry {
  readonly version: number
  readonly writes: readonly string[]
  readonly expiresAt: number
  readonly createdAt?: number
  readonly lastAccessedAt?: number
  readonly ended?: string
  readonly maxInactiveInterval?: number
  readonly attributes?: Readonly<Record<string, string>>
}

import { acknowledgementOf } from './action.ts'
import type { Action } from './action.ts'

/** Ways in which sessions may break what is promised of them. */
export const FAULT_KINDS = ['lost write', 'revived log-out', 'foreign session', 'double increment'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  readonly kind: FaultKind
  /** Without the session's id. */
  readonly what: string
}

/** Everything in which a session's attributes contradict what was acknowledged of these actions; empty: nothing. */
export function faultsOf(actions: readonly Action[], attributes: Readonly<Record<string, unknown>>): Fault[] {
  return [...new Set(actions.map(({ name }) => name))].flatMap((name) => {
    const own = actions.filter((action) => action.name === name)
    return own[0]?.kind === 'increment'
      ? counterFaults(name, own, attributes[name])
      : valueFaults(name, own, attributes[name])
  })
}

/** Each acknowledged increment counts once, each other one at most once, and no number is answered twice. */
function counterFaults(name: string, actions: readonly Action[], stored: unknown): Fault[] {
  const found = Number(stored ?? 0)
  const answered = actions.filter(isAcknowledged).map(({ value }) => Number(value))
  const faults: Fault[] = []
  const lost = (what: string): void => void faults.push({ kind: 'lost write', what })
  if (found < answered.length) lost(`${name} is ${found} after ${answered.length} acknowledged increments`)
  if (found > actions.length) {
    faults.push({ kind: 'double increment', what: `${name} is ${found} after only ${actions.length} increments` })
  }
  if (new Set(answered).size < answered.length) lost(`${name}: a number was answered twice`)
  if (Math.max(0, ...answered) > found) lost(`${name} is ${found}, and a greater number was answered`)
  return faults
}

/**
 * The stored value has to be one that somebody wrote, and nobody may have been told of a write that began after that one
 * had been answered. Not even an unconfirmed write may come back over a later acknowledged one.
 */
function valueFaults(name: string, actions: readonly Action[], stored: unknown): Fault[] {
  const isOf = (action: Action): boolean => JSON.stringify(action.value) === JSON.stringify(stored)
  const acknowledged = actions.filter(isAcknowledged)
  if (stored === undefined) {
    return acknowledged.length === 0 ? [] : [{ kind: 'lost write', what: `${name}: an acknowledged write is lost` }]
  }
  const writers = actions.filter(isOf)
  if (writers.length === 0) return [{ kind: 'foreign session', what: `${name} holds a value that nobody wrote` }]
  const isCurrent = (writer: Action): boolean => !acknowledged.some((other) => other.begin > writer.end)
  if (writers.some(isCurrent)) return []
  return [{ kind: 'lost write', what: `${name} holds a value that an acknowledged write had replaced` }]
}

function isAcknowledged(action: Action): boolean {
  return acknowledgementOf(action) === 'ok'
}

import type { Chain, State } from './chain.ts'
import { hasVanished, statesWithin } from './chain.ts'
import type { Operation } from './journal.ts'
import { INTERVAL } from './journal.ts'

/** Codes that leave open whether the change is stored. */
const UNKNOWN: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN'])
/** A value that more than one operation may write. */
const COMMON = '"common"'

/**
 * Finds for everything that ever changed in the store the operation that wanted it, under way at that moment and not
 * used up before. A change without one is a lost, doubled or invented change.
 */
export class Attribution {
  readonly problems: string[] = []
  /** Where each update's token came into the list. */
  readonly appended = new Map<Operation, State>()
  readonly #chain: Chain
  readonly #writers: readonly Operation[]
  /** The values that each operation was needed for. */
  readonly #used = new Set<string>()

  constructor(chain: Chain, operations: readonly Operation[]) {
    this.#chain = chain
    this.#writers = operations.filter(({ key, kind }) => key === chain.key && (kind === 'save' || kind === 'update'))
    for (const [index, state] of chain.states.entries()) {
      const before = chain.states[index - 1]
      if (before && state.kind === 'live') this.#attribute(before, state)
    }
    for (const operation of this.#writers) {
      if (operation.answer?.kind === 'done') this.#acknowledged(operation, operation.answer.at)
    }
  }

  #attribute(before: State, state: State): void {
    for (const name of new Set([...before.values.keys(), ...state.values.keys()])) {
      const value = state.values.get(name)
      if (value !== before.values.get(name)) this.#attributeValue(state, name, value)
    }
    const kept = state.list.slice(0, before.list.length)
    if (kept.join() !== before.list.join()) {
      this.#problem(state, `the list lost updates: [${before.list.join()}] became [${state.list.join()}]`)
    }
    for (const token of state.list.slice(before.list.length)) this.#attributeToken(state, token)
  }

  #attributeValue(state: State, name: string, value: string | undefined): void {
    const isUnique = value !== undefined && value !== COMMON && name !== INTERVAL
    const candidates = this.#under(state)
      .filter((candidate) => mayWrite(candidate, name, value))
      .filter(({ id }) => !isUnique || !this.#used.has(`${id} ${name} ${value}`))
      .toSorted((one, other) => this.#endOf(one) - this.#endOf(other))
    // Two saves of one view may want the same, and only one of them may be in.
    const operation = candidates.find((candidate) => this.#missing(state, candidate) === undefined) ?? candidates[0]
    if (!operation) {
      this.#problem(state, `"${name}" became ${value ?? 'absent'}, which nobody wanted then`)
      return
    }
    this.#used.add(`${operation.id} ${name} ${value ?? ''}`)
    if (!isUnique || operation.effects.get(name) !== value) return
    const missing = this.#missing(state, operation)
    if (missing === undefined) return
    this.#problem(state, `operation ${operation.id} is half in: "${name}" is, "${missing}" is not`)
  }

  /** What `operation` wanted and `state` does not have. */
  #missing(state: State, operation: Operation): string | undefined {
    return [...operation.effects.keys()].find((name) => !this.#isIn(state, operation, name))
  }

  #attributeToken(state: State, token: string): void {
    const operation = this.#writers.find(({ appends }) => appends === token)
    if (!operation || !this.#under(state).includes(operation)) {
      this.#problem(state, `the update ${token} came into the list when it was not under way`)
      return
    }
    if (this.appended.has(operation)) this.#problem(state, `the update ${token} was counted twice`)
    this.appended.set(operation, state)
    const missing = this.#missing(state, operation)
    if (missing !== undefined) this.#problem(state, `the update ${token} is half in: "${missing}" is not`)
  }

  /** An acknowledged change was in the store at some moment while it was under way. */
  #acknowledged(operation: Operation, until: number): void {
    const within = statesWithin(this.#chain, operation.turn?.since ?? operation.from, until)
    for (const [name, value] of operation.effects) {
      if (name === INTERVAL && operation.isIntervalIdle === true) continue
      if (!within.some((state) => state.kind === 'live' && this.#holds(state, operation, name))) {
        this.problems.push(
          `${operation.key}: operation ${operation.id} was acknowledged, but "${name}" never became ${value ?? 'absent'}`,
        )
      }
    }
    if (operation.appends !== undefined && !this.appended.has(operation)) {
      this.problems.push(`${operation.key}: the update ${operation.appends} was acknowledged, but is not in the list`)
    }
  }

  /** Whether `state` has the operation's value, or that of another save of its worker at the same time. */
  #holds(state: State, operation: Operation, name: string): boolean {
    const value = state.values.get(name)
    if (mayWrite(operation, name, value)) return true
    return this.#writers.some((other) => this.#isBeside(other, operation) && mayWrite(other, name, value))
  }

  /** The same for a change that went in with `state`, if not with an earlier save of the same view. */
  #isIn(state: State, operation: Operation, name: string): boolean {
    if (this.#holds(state, operation, name)) return true
    const isChanged = operation.turn?.changes.some(([changed]) => changed === name) ?? false
    return this.#writers.some(
      ({ id, turn, effects }) => id < operation.id && turn === operation.turn && (isChanged || effects.has(name)),
    )
  }

  #isBeside(other: Operation, operation: Operation): boolean {
    return (
      other !== operation &&
      other.worker === operation.worker &&
      other.from <= this.#endOf(operation) &&
      this.#endOf(other) >= operation.from
    )
  }

  /** The operations that may have made `state`. */
  #under({ write }: State): Operation[] {
    if (!write) return []
    return this.#writers.filter(
      (operation) =>
        operation.worker === write.worker && operation.from <= write.to && this.#endOf(operation) >= write.from,
    )
  }

  #problem({ version }: State, what: string): void {
    this.problems.push(`${this.#chain.key} version ${version}: ${what}`)
  }

  /** When an operation can no longer become part of the store. */
  #endOf({ answer, from }: Operation): number {
    if (!answer) return Infinity
    if (answer.kind === 'done') return answer.at
    // Who finds nothing any more cannot know whether the change was in what is gone.
    if (answer.code === 'SESSION_ENDED') return hasVanished(this.#chain, from, answer.at) ? answer.at : -Infinity
    return UNKNOWN.has(answer.code) && !answer.unsent ? Infinity : -Infinity
  }
}

function mayWrite({ effects, turn }: Operation, name: string, value: string | undefined): boolean {
  const isWanted = effects.has(name) && effects.get(name) === value
  return isWanted || (turn?.changes ?? []).some(([other, text]) => other === name && text === value)
}

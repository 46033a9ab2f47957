import type { Answer } from './answer.ts'
import { valueOf } from './answer.ts'
import type { Browser, Site } from './browser.ts'

/**
 * `ok`: the answer said it is done. `refused`: the answer said it is not confirmed (503), so it may be done or not.
 * `unknown`: no answer came, or only one of the load balancer's own.
 */
export type Acknowledgement = 'ok' | 'refused' | 'unknown'

/** What a load balancer says of a worker that gave no answer. */
const BY_BALANCER = [502, 504]

/** One action of a user and what became of it. Times of `performance.now()`. */
interface Entry {
  readonly kind: 'set' | 'increment'
  readonly name: string
  readonly value: unknown
  readonly begin: number
  readonly end: number
  readonly status: number
  readonly acknowledgement: Acknowledgement
}

/** What was done to one session, to be compared with what the session holds at the end. */
export class Ledger {
  readonly #browser: Browser
  readonly #entries: Entry[] = []

  constructor(browser: Browser) {
    this.#browser = browser
  }

  async set(site: Site, name: string, value: unknown): Promise<Answer> {
    const begin = performance.now()
    const answer = await this.#browser.set(site, name, value)
    this.#note({ kind: 'set', name, value, begin }, answer)
    return answer
  }

  async increment(site: Site, name: string): Promise<Answer> {
    const begin = performance.now()
    const answer = await this.#browser.increment(site, name)
    const value = answer.status === 200 ? valueOf(answer) : undefined
    this.#note({ kind: 'increment', name, value, begin }, answer)
    return answer
  }

  count(acknowledgement: Acknowledgement): number {
    return this.#entries.filter((entry) => entry.acknowledgement === acknowledgement).length
  }

  /** Status codes that no scenario expects of a write. */
  oddities(): string[] {
    return this.#entries
      .filter(({ status }) => ![0, 200, 204, 503, ...BY_BALANCER].includes(status))
      .map(({ kind, name, status }) => `${kind} of ${name} answered ${status}`)
  }

  /** Everything in which these attributes contradict what was acknowledged; empty: nothing. */
  contradictions(attributes: Readonly<Record<string, unknown>>): string[] {
    const names = new Set(this.#entries.map(({ name }) => name))
    return [...names].flatMap((name) => {
      const entries = this.#entries.filter((entry) => entry.name === name)
      const isCounter = entries[0]?.kind === 'increment'
      return isCounter
        ? counterContradictions(name, entries, attributes[name])
        : valueContradictions(name, entries, attributes[name])
    })
  }

  #note(action: Pick<Entry, 'kind' | 'name' | 'value' | 'begin'>, { status }: Answer): void {
    const acknowledgement = status === 0 || BY_BALANCER.includes(status) ? 'unknown' : status < 300 ? 'ok' : 'refused'
    this.#entries.push({ ...action, end: performance.now(), status, acknowledgement })
  }
}

/** Each acknowledged increment counts once, each other one at most once, and no number is answered twice. */
function counterContradictions(name: string, entries: readonly Entry[], stored: unknown): string[] {
  const found = Number(stored ?? 0)
  const answered = entries.filter(({ acknowledgement }) => acknowledgement === 'ok').map(({ value }) => Number(value))
  const problems: string[] = []
  if (found < answered.length) problems.push(`${name} is ${found} after ${answered.length} acknowledged increments`)
  if (found > entries.length) problems.push(`${name} is ${found} after only ${entries.length} increments`)
  if (new Set(answered).size < answered.length) problems.push(`${name}: a number was answered twice`)
  if (Math.max(0, ...answered) > found) problems.push(`${name} is ${found}, and a greater number was answered`)
  return problems
}

/**
 * The stored value has to be one that somebody wrote, and nobody may have been told of a write that began after that one
 * had been answered. Not even an unconfirmed write may come back over a later acknowledged one.
 */
function valueContradictions(name: string, entries: readonly Entry[], stored: unknown): string[] {
  const isOf = (entry: Entry): boolean => JSON.stringify(entry.value) === JSON.stringify(stored)
  const acknowledged = entries.filter(({ acknowledgement }) => acknowledgement === 'ok')
  if (stored === undefined) return acknowledged.length === 0 ? [] : [`${name}: an acknowledged write is lost`]
  const writers = entries.filter(isOf)
  if (writers.length === 0) return [`${name} holds a value that nobody wrote`]
  const isCurrent = (writer: Entry): boolean => !acknowledged.some((other) => other.begin > writer.end)
  return writers.some(isCurrent) ? [] : [`${name} holds a value that an acknowledged write had replaced`]
}

import { acknowledgementOf, BY_BALANCER, endOf } from './action.ts'
import type { Acknowledgement, Action } from './action.ts'
import type { Answer } from './answer.ts'
import { valueOf } from './answer.ts'
import type { Browser, Site } from './browser.ts'
import { faultsOf } from './fault.ts'
import type { Fault } from './fault.ts'

/** What was done to one session, to be compared with what the session holds at the end. */
export class Ledger {
  readonly #browser: Browser
  readonly #actions: Action[] = []

  constructor(browser: Browser) {
    this.#browser = browser
  }

  async set(site: Site, name: string, value: unknown): Promise<Answer> {
    const begin = performance.now()
    const answer = await this.#browser.set(site, name, value)
    this.#note({ kind: 'set', name, value, begin, end: endOf(site, answer) }, answer)
    return answer
  }

  async increment(site: Site, name: string): Promise<Answer> {
    const begin = performance.now()
    const answer = await this.#browser.increment(site, name)
    const value = answer.status === 200 ? valueOf(answer) : undefined
    this.#note({ kind: 'increment', name, value, begin, end: endOf(site, answer) }, answer)
    return answer
  }

  count(acknowledgement: Acknowledgement): number {
    return this.#actions.filter((action) => acknowledgementOf(action) === acknowledgement).length
  }

  /** Status codes that no scenario expects of a write. */
  oddities(): string[] {
    return this.#actions
      .filter(({ status }) => ![0, 200, 204, 503, ...BY_BALANCER].includes(status))
      .map(({ kind, name, status }) => `${kind} of ${name} answered ${status}`)
  }

  faults(attributes: Readonly<Record<string, unknown>>): Fault[] {
    return faultsOf(this.#actions, attributes)
  }

  /** The faults in words. */
  contradictions(attributes: Readonly<Record<string, unknown>>): string[] {
    return this.faults(attributes).map(({ what }) => what)
  }

  #note(action: Omit<Action, 'status'>, { status, repeats }: Answer): void {
    this.#actions.push(...Array.from({ length: repeats }, () => ({ ...action, status: 0 })), { ...action, status })
  }
}

import type { Answer } from '../harness/answer.ts'
import { Browser } from '../harness/browser.ts'
import type { SeenSession, Site } from '../harness/browser.ts'
import type { Fault } from '../harness/fault.ts'
import { Ledger } from '../harness/ledger.ts'
import { faultsOfSeen } from './seen.ts'

/**
 * `coming`: no log-in was confirmed yet. `leaving`: a log-out was sent and not confirmed, so the session may be there or
 * not.
 */
type Presence = 'coming' | 'in' | 'leaving' | 'out'

/** One user from the first write to the log-out, with everything that was answered. */
export class Visit {
  /** Nobody else has it: whatever is written bears it. */
  readonly user: string
  readonly browser = new Browser()
  /** What was done and what came of it, line by line. */
  readonly story: string[] = []
  /** Found while it went on. */
  readonly faults: Fault[] = []
  /** Requests that were no success. */
  failures = 0
  presence: Presence = 'coming'
  readonly #ledger = new Ledger(this.browser)
  #turn = 0
  /** Those of the session that was logged out. */
  #oldCookies = ''

  constructor(user: string) {
    this.user = user
  }

  async set(site: Site, name: string): Promise<Answer> {
    this.#turn += 1
    const value = { by: this.user, turn: this.#turn }
    return this.#tell(`set ${name} to turn ${this.#turn}`, this.#ledger.set(site, name, value))
  }

  async increment(site: Site): Promise<Answer> {
    return this.#tell('increment', this.#ledger.increment(site, 'count'))
  }

  async logIn(site: Site): Promise<Answer> {
    const answer = await this.#tell('log in', this.browser.login(site, this.user))
    if (answer.status === 204) this.presence = 'in'
    return answer
  }

  async logOut(site: Site): Promise<Answer> {
    if (this.presence === 'in') this.#oldCookies = await this.browser.cookies(site)
    this.presence = 'leaving'
    const answer = await this.#tell('log out', this.browser.logout(site))
    if (answer.status === 204) this.presence = 'out'
    return answer
  }

  /** Anybody else's data are noticed, and that the user is logged in who should be, or out. What a worker shows may be a moment old. */
  async look(site: Site): Promise<Answer> {
    const answer = await this.#tell('look', this.browser.get(site, '/api/session'))
    if (answer.status === 200) this.faults.push(...faultsOfSeen(this.user, this.presence === 'in', seenIn(answer)))
    return answer
  }

  /** In what this worker contradicts what was acknowledged; `undefined`: it gave no answer to that. */
  async contradictions(site: Site): Promise<Fault[] | undefined> {
    if (this.presence === 'in') return this.#contradictionsOf(site, this.browser)
    if (this.presence !== 'out') return []
    const thief = new Browser()
    try {
      await thief.adopt(site, this.#oldCookies)
      return await this.#contradictionsOf(site, thief)
    } finally {
      thief.close()
    }
  }

  async #contradictionsOf(site: Site, browser: Browser): Promise<Fault[] | undefined> {
    const isIn = this.presence === 'in'
    const answer = await browser.get(site, '/api/session')
    if (answer.status !== 200) return undefined
    const seen = seenIn(answer)
    const faults = faultsOfSeen(this.user, isIn, seen)
    return isIn ? [...faults, ...this.#ledger.faults(seen.attributes)] : faults
  }

  async #tell(what: string, asked: Promise<Answer>): Promise<Answer> {
    const begin = new Date().toISOString()
    const answer = await asked
    if (answer.status !== 200 && answer.status !== 204) this.failures += 1
    const error = answer.error instanceof Error ? ` ${answer.error.message}` : ''
    this.story.push(`${begin} ${what}: ${answer.status} after ${Math.round(answer.ms)} ms${error}`)
    return answer
  }
}

function seenIn({ text }: Answer): SeenSession {
  return JSON.parse(text) as SeenSession
}

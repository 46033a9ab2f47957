import type { Browser, Site } from './browser.ts'
import { Ledger } from './ledger.ts'

/** Somebody who is logged in and whose every change is noted. */
export class User {
  readonly name: string
  readonly browser: Browser
  readonly ledger: Ledger
  /** The session's id after the log-in: its key in the map. */
  readonly id: string

  private constructor(name: string, browser: Browser, id: string) {
    this.name = name
    this.browser = browser
    this.ledger = new Ledger(browser)
    this.id = id
  }

  static async logIn(browser: Browser, site: Site, name: string): Promise<User> {
    const answer = await browser.login(site, name)
    if (answer.status !== 204) throw new Error(`The log-in answered ${answer.status}: ${answer.text}`)
    const { id } = await browser.session(site)
    if (id === null) throw new Error('There is no session after a log-in')
    return new User(name, browser, id)
  }

  /** In what the session, as this worker shows it, contradicts what was acknowledged. Logged out counts as well. */
  async contradictions(site: Site): Promise<string[]> {
    const { id, attributes } = await this.browser.session(site)
    const found = [...this.ledger.oddities(), ...this.ledger.contradictions(attributes)]
    if (id !== this.id) found.unshift(`the session has another id`)
    if (attributes['user'] !== this.name) found.unshift(`logged out`)
    return found.map((problem) => `${this.name}: ${problem}`)
  }
}

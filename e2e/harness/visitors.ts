import { setTimeout as pause } from 'node:timers/promises'
import { Browser } from './browser.ts'
import type { Site } from './browser.ts'

const PAUSE = 100

/** People who come without a session, put something into it, log in, look, log out, and come again. */
export class Visitors {
  /** Whatever was not as it should be. */
  readonly problems: string[] = []
  /** Visits that came to their end. */
  visits = 0
  readonly #site: Site
  readonly #loops: Promise<unknown>
  #isStopped = false

  constructor(site: Site, count: number) {
    this.#site = site
    this.#loops = Promise.all(Array.from({ length: count }, (_, index) => this.#come(`visitor${index}`)))
  }

  /** Resolves when everybody has gone. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loops
  }

  async #come(name: string): Promise<void> {
    while (!this.#isStopped) {
      const browser = new Browser()
      try {
        await this.#visit(browser, name)
        this.visits += 1
      } catch (error) {
        this.problems.push(`${name}: ${String(error)}`)
      }
      browser.close()
    }
  }

  async #visit(browser: Browser, user: string): Promise<void> {
    const site = this.#site
    const steps = [
      () => browser.set(site, 'item', user),
      () => browser.login(site, user),
      () => this.#see(browser, { item: user, user }),
      () => browser.logout(site),
      () => this.#see(browser, {}),
    ]
    for (const step of steps) {
      const answer = await step()
      if (answer && answer.status !== 204) throw new Error(`${answer.status} ${answer.text}`, { cause: answer.error })
      await pause(PAUSE)
    }
  }

  async #see(browser: Browser, expected: object): Promise<void> {
    const { attributes } = await browser.session(this.#site)
    const seen = JSON.stringify(attributes)
    if (seen !== JSON.stringify(expected)) throw new Error(`saw ${seen} instead of ${JSON.stringify(expected)}`)
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from '../harness/answer.ts'
import type { Site } from '../harness/browser.ts'
import { Dice } from './dice.ts'
import { Visit } from './visit.ts'

/** So many stay logged in, and so many come and go: the issue asks for 50. */
const STAYERS = 38
const VISITORS = 14
export const BROWSERS: number = STAYERS + VISITORS
/** Requests that one browser has under way at once, at most: a write, an increment and a read. */
export const AT_ONCE = 3
/** Ms between what a browser asks for, at least and at most. */
export type Pace = readonly [number, number]
export const BRISK: Pace = [300, 700]
/** Where a request costs ten times the work: so many more of them wait on a machine that is slow and busy. */
export const LEISURELY: Pace = [1500, 3000]
/** So many names are written in turn, so that sessions keep a size. */
const NAMES = 6
/** Turns of a visitor before the log-out, at least and at most. */
const TURNS = [2, 8] as const

type RequestKind = 'read' | 'write'

interface Served {
  readonly browser: number
  readonly kind: RequestKind
  /** `performance.now()` */
  readonly begin: number
}

/** Browsers that write, count, read, log in and out without end, each with a cookie jar of its own. */
export class Crowd {
  readonly visits: Visit[] = []
  /** How many answers had which status; 0: none came. */
  readonly statuses = new Map<number, number>()
  /** Of those that were no success, by kind. */
  readonly failed: Record<RequestKind, number> = { read: 0, write: 0 }
  /** Status codes that nobody should get, whatever happens. */
  readonly oddities: string[] = []
  readonly #site: Site
  readonly #dice: Dice
  readonly #pace: Pace
  #served: Served[] = []
  #loops: Promise<unknown> | undefined
  #isStopped = false

  constructor(site: Site, seed: number, pace: Pace) {
    this.#site = site
    this.#dice = new Dice(seed)
    this.#pace = pace
  }

  start(): this {
    const stay = Array.from({ length: STAYERS }, (_, index) => this.#stay(index))
    const visit = Array.from({ length: VISITORS }, (_, index) => this.#comeAndGo(STAYERS + index))
    this.#loops = Promise.all([...stay, ...visit])
    return this
  }

  /** Resolves when the last answer is there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loops
  }

  close(): void {
    for (const { browser } of this.visits) browser.close()
  }

  get requests(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0)
  }

  get failures(): number {
    return this.failed.read + this.failed.write
  }

  get resent(): number {
    return this.visits.reduce((sum, { browser }) => sum + browser.resent, 0)
  }

  /** Whether every browser got good answers to two requests of each kind that began after `since`. */
  hasServedAll(since: number): boolean {
    this.#served = this.#served.filter(({ begin }) => begin > since)
    const counts = new Map<string, number>()
    for (const { browser, kind } of this.#served) {
      const key = `${browser} ${kind}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts.size === 2 * BROWSERS && [...counts.values()].every((count) => count >= 2)
  }

  async #stay(browser: number): Promise<void> {
    const visit = await this.#come(browser, `stayer${browser}`)
    while (!this.#isStopped) await this.#turn(browser, visit)
  }

  async #comeAndGo(browser: number): Promise<void> {
    for (let round = 1; !this.#isStopped; round++) {
      const visit = await this.#come(browser, `visitor${browser}-${round}`)
      for (let turns = this.#dice.between(...TURNS); turns > 0 && !this.#isStopped; turns--) {
        await this.#turn(browser, visit)
      }
      if (this.#isStopped) return
      await this.#until(browser, 'write', () => visit.logOut(this.#site))
      if (visit.presence === 'out') await this.#ask(browser, 'read', () => visit.look(this.#site))
      visit.browser.close()
    }
  }

  /** Something is put into a session that nobody has logged in to, then somebody does. */
  async #come(browser: number, user: string): Promise<Visit> {
    const visit = new Visit(user)
    this.visits.push(visit)
    await this.#until(browser, 'write', () => visit.set(this.#site, 'item'))
    await this.#until(browser, 'write', () => visit.logIn(this.#site))
    return visit
  }

  async #turn(browser: number, visit: Visit): Promise<void> {
    const acts = [
      () => this.#ask(browser, 'write', () => visit.set(this.#site, `name${this.#dice.between(1, NAMES)}`)),
      () => this.#ask(browser, 'write', () => visit.increment(this.#site)),
      () => this.#ask(browser, 'read', () => visit.look(this.#site)),
    ]
    // All at once, or only one of them.
    const isBurst = this.#dice.next() < 1 / 2
    await Promise.all((isBurst ? acts : [this.#dice.pick(acts)]).map((act) => act()))
    await this.#rest()
  }

  /** Again and again until it is confirmed, or the day is over. */
  async #until(browser: number, kind: RequestKind, act: () => Promise<Answer>): Promise<void> {
    while (!this.#isStopped) {
      const answer = await this.#ask(browser, kind, act)
      await this.#rest()
      if (isGood(answer)) return
    }
  }

  async #ask(browser: number, kind: RequestKind, act: () => Promise<Answer>): Promise<Answer> {
    const begin = performance.now()
    const answer = await act()
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1)
    if (isGood(answer)) this.#served.push({ browser, kind, begin })
    else this.failed[kind] += 1
    if (!isGood(answer) && ![0, 502, 503, 504].includes(answer.status)) {
      this.oddities.push(`a ${kind} of browser ${browser} was answered ${answer.status}`)
    }
    return answer
  }

  #rest(): Promise<void> {
    return pause(this.#dice.between(...this.#pace))
  }
}

function isGood({ status }: Answer): boolean {
  return status === 200 || status === 204
}

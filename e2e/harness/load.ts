import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { Site } from './browser.ts'
import type { User } from './user.ts'

/** One answer that a user of the load got. */
export interface LoadEvent {
  readonly user: User
  readonly kind: 'read' | 'write'
  /** `performance.now()` */
  readonly begin: number
  readonly end: number
  readonly answer: Answer
}

/** So many names are written in turn, so that sessions keep a size. */
const NAMES = 8
/** Ms between two requests of a loop. */
const PAUSE = 25

/**
 * Users who read, set and count without end, each with one request at a time of either kind, over all sites in turn.
 */
export class Load {
  readonly events: LoadEvent[] = []
  readonly #users: readonly User[]
  readonly #sites: readonly Site[]
  readonly #pause: number
  #loops: Promise<unknown> | undefined
  #isStopped = false

  constructor(users: readonly User[], sites: readonly Site[], pauseMs: number = PAUSE) {
    this.#users = users
    this.#sites = sites
    this.#pause = pauseMs
  }

  start(): this {
    this.#loops = Promise.all(this.#users.flatMap((user) => [this.#write(user), this.#read(user)]))
    return this
  }

  /** Resolves when the last answer is there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loops
  }

  /** Whether every user got so many good answers to requests of each kind that began after `since`. */
  hasServedAll(since: number, times = 2): boolean {
    const isGood = ({ begin, answer }: LoadEvent): boolean =>
      begin > since && answer.status >= 200 && answer.status < 300
    const good = this.events.filter(isGood)
    return this.#users.every((user) =>
      ['read', 'write'].every(
        (kind) => good.filter((event) => event.user === user && event.kind === kind).length >= times,
      ),
    )
  }

  async #write(user: User): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      const site = this.#sites[turn % this.#sites.length]!
      await this.#note(user, 'write', () =>
        turn % 3 === 0 ? user.ledger.increment(site, 'count') : user.ledger.set(site, `name${turn % NAMES}`, { turn }),
      )
      await pause(this.#pause)
    }
  }

  async #read(user: User): Promise<void> {
    for (let turn = 1; !this.#isStopped; turn++) {
      const site = this.#sites[turn % this.#sites.length]!
      await this.#note(user, 'read', () => user.browser.get(site, '/api/session'))
      await pause(this.#pause)
    }
  }

  async #note(user: User, kind: LoadEvent['kind'], act: () => Promise<Answer>): Promise<void> {
    const begin = performance.now()
    const answer = await act()
    this.events.push({ user, kind, begin, end: performance.now(), answer })
  }
}

export function isServed({ answer }: LoadEvent): boolean {
  return answer.status === 200 || answer.status === 204
}

/** The longest time, in ms, in which no event of these ended. */
export function longestGap(events: readonly LoadEvent[]): number {
  const ends = events.map(({ end }) => end).toSorted((a, b) => a - b)
  return Math.round(Math.max(0, ...ends.slice(1).map((end, index) => end - ends[index]!)))
}

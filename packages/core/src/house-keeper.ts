import type { CancelTimer, Clock } from './clock.ts'
import { within } from './clock.ts'
import { householdKey, isLeftBehind } from './household.ts'
import { Lease } from './lease.ts'
import type { Logger } from './logger.ts'
import { reasonOf } from './logger.ts'
import type { RecordCodec } from './records/record-codec.ts'
import type { RecordStore, StoredText } from './records/record-store.ts'
import type { StoredEntry } from './records/session-record.ts'
import { isEnded } from './records/session-record.ts'
import type { SessionEnder } from './saving/session-ender.ts'
import type { SessionEvents } from './session-events.ts'
import { afterlife } from './session-lifetime.ts'

export interface HouseKeeperOptions {
  readonly store: RecordStore
  readonly codec: RecordCodec
  readonly clock: Clock
  readonly logger: Logger
  readonly events: SessionEvents
  readonly ender: SessionEnder
  /** Seconds between two sweeps. */
  readonly cleanUpPeriod: number
}

const LEASE_KEY = householdKey('sweep')
/** Seconds after which another worker may sweep when the sweeping one has died. */
const LEASE_SECONDS = 30
/** Ms by which a sweep is late, so that a worker whose clock is behind has had its say. */
const LATENESS = 5000
/** Ms by which the clock may be off before this worker leaves the sweeping to others. */
const MOST_SKEW = 5000
/** Sessions ended at a time: a sweep has all the time in the world, and requests have not. */
const WIDTH = 4

/**
 * Ends expired sessions, so that `destroyed` fires for each once in the whole cluster, with its last attributes: one
 * worker sweeps at a time, and each session is claimed before it is told of. Sweeps only where somebody listens, or
 * where entries might stay for ever.
 */
export class HouseKeeper {
  readonly #options: HouseKeeperOptions
  readonly #lease: Lease
  #cancel: CancelTimer | undefined
  #isClosed = false

  constructor(options: HouseKeeperOptions) {
    this.#options = options
    this.#lease = new Lease({ ...options, key: LEASE_KEY, seconds: LEASE_SECONDS })
  }

  /** Sweeps every `cleanUpPeriod` from now on, a little apart from other workers, until `close`. Idempotent. */
  start(): void {
    if (!this.#cancel && !this.#isClosed) this.#schedule()
  }

  #schedule(): void {
    const { clock, cleanUpPeriod, logger } = this.#options
    const wait = cleanUpPeriod * 1000 * (0.9 + 0.2 * Math.random())
    const sweep = (): void => {
      this.sweep()
        .catch((error: unknown) => logger.debug(`A sweep for expired sessions failed: ${reasonOf(error)}`))
        .finally(() => {
          if (!this.#isClosed) this.#schedule()
        })
    }
    this.#cancel = clock.after(wait, sweep, 'background')
  }

  /** One sweep now, if this worker is the one to make it. How many sessions it ended. */
  async sweep(): Promise<number> {
    const { store, clock } = this.#options
    if (this.#isClosed || !this.#isWanted() || !store.find) return 0
    if (await this.#lease.hold()) return 0
    let count = 0
    try {
      const expiredBefore = clock.now() - this.#lateness()
      const pages = store.find({ expiredBefore })[Symbol.asyncIterator]()
      for (let page = await this.#next(pages); page; page = await this.#next(pages)) {
        // A sweep that outlives its lease would meet the next one.
        if (this.#isClosed || (await this.#lease.hold())) break
        count += await this.#sweepPage(page, expiredBefore)
      }
    } finally {
      await this.#lease.release().catch(() => {})
    }
    return count
  }

  /** A call to a member that hangs may never settle: nobody would sweep any more. */
  async #next(pages: AsyncIterator<readonly StoredText[]>): Promise<readonly StoredText[] | undefined> {
    const { done, value } = await this.#limited(pages.next())
    return done === true ? undefined : value
  }

  #limited<T>(call: Promise<T>): Promise<T> {
    return within(this.#options.clock, LEASE_SECONDS * 1000, call, () => new Error('the store did not answer'))
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }

  /**
   * Ms by which a session is over before this worker ends it. Who has nobody to tell leaves it to workers that have for as
   * long as its entry would stay by itself; what is there after that stays for ever.
   */
  #lateness(): number {
    const { events, cleanUpPeriod } = this.#options
    return LATENESS + (events.hasListeners('destroyed') ? 0 : afterlife(cleanUpPeriod) * 1000)
  }

  #isWanted(): boolean {
    const { events, store, logger } = this.#options
    if (!events.hasListeners('destroyed') && store.mayKeepForEver !== true) return false
    const skew = Math.abs(store.clockSkew ?? 0)
    if (skew <= MOST_SKEW) return true
    logger.warn(
      `This machine's clock and the cluster's differ by ${Math.round(skew / 1000)} s. Expired sessions are left to other ` +
        'workers to end; set the clock (NTP).',
    )
    return false
  }

  async #sweepPage(page: readonly StoredText[], expiredBefore: number): Promise<number> {
    const waiting = [...page]
    let count = 0
    const worker = async (): Promise<void> => {
      for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
        if (await this.#tryToEnd(entry, expiredBefore)) count++
      }
    }
    await Promise.all(Array.from({ length: WIDTH }, worker))
    return count
  }

  /** One session that cannot be ended just now does not keep the others waiting; the next sweep meets it again. */
  async #tryToEnd(entry: StoredText, expiredBefore: number): Promise<boolean> {
    try {
      return await this.#end(entry, expiredBefore)
    } catch (error) {
      this.#options.logger.debug(`An expired session could not be ended: ${reasonOf(error)}`)
      return false
    }
  }

  /** Whether this was an expired session, and is ended now. */
  async #end({ key, text }: StoredText, expiredBefore: number): Promise<boolean> {
    const { store, ender } = this.#options
    const entry = this.#entryOf(key, text)
    const isOver = entry ? entry.expiresAt < expiredBefore : isLeftBehind({ key, text }, expiredBefore)
    if (!isOver) return false
    if (entry && !isEnded(entry)) return ender.endExpired(key, { record: entry, token: text })
    await this.#limited(store.remove(key, text))
    return false
  }

  /** What is no entry of a session, nor of the household, is nobody's to sweep. */
  #entryOf(key: string, text: string): StoredEntry | undefined {
    try {
      return this.#options.codec.parse(key, text)
    } catch {
      return undefined
    }
  }
}

import type { EntryLife } from './records/record-store.ts'
import type { SessionRecord } from './records/session-record.ts'

export interface SessionLifetimeOptions {
  /** Seconds without a request after which a session ends. */
  readonly maxInactiveInterval: number
  /** Seconds after its creation at which a session ends in any case. Default: never. */
  readonly absoluteTimeout?: number | undefined
  /** Seconds a touch may be behind. Default: a twentieth of the interval, 1 to 60. */
  readonly touchAfter?: number | undefined
  /** Seconds between two sweeps for expired sessions. */
  readonly cleanUpPeriod: number
  /** Seconds an ended marker outlives what the other half of a split cluster may have written. */
  readonly endedMarkerMargin: number
}

/** A hundred years, in seconds: what is longer is not meant, and would not fit a date. */
export const LONGEST_INTERVAL: number = 100 * 365 * 24 * 3600

/** Seconds by which the clocks of two workers may differ. */
const ALLOWED_SKEW = 2
/** Seconds of slack for members, which floor every expiry to whole seconds. */
const ROUNDING = 5
/** Seconds for which nobody may sweep when the sweeping worker died: its lease has to run out. And some to begin. */
const LEASE = 45

type Aging = Pick<SessionRecord, 'createdAt' | 'lastAccessedAt' | 'maxInactiveInterval'>

/**
 * Seconds that an entry outlives its session, at least: two sweeps; where those come soon, one after the lease of a worker
 * that died while it swept.
 */
export function afterlife(cleanUpPeriod: number): number {
  return Math.max(2 * cleanUpPeriod, cleanUpPeriod + LEASE)
}

/** When a session expires, when it is touched, and how long the store has to keep it. Times are epoch milliseconds. */
export class SessionLifetime {
  readonly #options: SessionLifetimeOptions

  constructor(options: SessionLifetimeOptions) {
    this.#options = options
  }

  get maxInactiveInterval(): number {
    return this.#options.maxInactiveInterval
  }

  /** Epoch ms from which this is no session any more, by any worker's clock. */
  expiresAt(record: Aging): number {
    const idle = record.maxInactiveInterval + this.#touchAfter(record.maxInactiveInterval) + ALLOWED_SKEW
    const idleEnd = record.lastAccessedAt + idle * 1000
    const { absoluteTimeout } = this.#options
    return absoluteTimeout === undefined ? idleEnd : Math.min(idleEnd, record.createdAt + absoluteTimeout * 1000)
  }

  /** Whether the store should hear of a request at `now` that changed nothing. */
  isTouchDue(record: Aging, now: number): boolean {
    return now - record.lastAccessedAt >= this.#touchAfter(record.maxInactiveInterval) * 1000
  }

  /** Whether a touch at `now` is so late that its request should wait for it. */
  isTouchUrgent(record: Aging, now: number): boolean {
    return now - record.lastAccessedAt > (record.maxInactiveInterval / 2) * 1000
  }

  /** How long a live entry stays: past its expiry, so that a sweep finds it and can tell of it. */
  liveEntry(expiresAt: number, now: number): EntryLife {
    const left = Math.max(0, Math.ceil((expiresAt - now) / 1000))
    return { seconds: left + afterlife(this.#options.cleanUpPeriod) + ROUNDING }
  }

  /** How long an ended marker stays: longer than anything a split cluster may have written to the same key. */
  endedEntry(record: Aging, now: number): EntryLife {
    // What another worker could write now: a session accessed just now, on a clock that may be ahead.
    const latest = this.expiresAt({ ...record, lastAccessedAt: now + ALLOWED_SKEW * 1000 })
    return { ...this.liveEntry(latest, now), margin: this.#options.endedMarkerMargin }
  }

  #touchAfter(interval: number): number {
    return this.#options.touchAfter ?? Math.min(60, Math.max(1, interval / 20))
  }
}

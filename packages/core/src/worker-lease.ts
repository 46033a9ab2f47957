import type { CancelTimer, Clock } from './clock.ts'
import { householdKey } from './household.ts'
import type { LeaseHolder } from './lease.ts'
import { Lease } from './lease.ts'
import type { Logger } from './logger.ts'
import type { RecordStore } from './records/record-store.ts'
import type { Worker } from './worker.ts'

export interface WorkerLeaseOptions {
  readonly store: RecordStore
  readonly clock: Clock
  readonly logger: Logger
  readonly worker: Worker
}

/** Seconds a name stays taken by a worker that died, and ms between two renewals. */
const LEASE_SECONDS = 30
const RENEW_EVERY = 10_000

/**
 * Holds this worker's name in the map, so that a second worker of that name is noticed: the balancer would send the one's
 * sessions to the other, and each would take the other's copies for its own. A worker that died and came back finds its
 * own old lease; only a lease that is renewed by somebody else means that the name is taken.
 */
export class WorkerLease {
  readonly #options: WorkerLeaseOptions
  readonly #lease: Lease
  /** The lease of somebody else, as it was last seen. */
  #seen: LeaseHolder | undefined
  #hasReported = false
  #cancel: CancelTimer | undefined
  #isClosed = false

  constructor(options: WorkerLeaseOptions) {
    this.#options = options
    this.#lease = new Lease({ ...options, key: householdKey(`worker.${options.worker.name}`), seconds: LEASE_SECONDS })
  }

  /** Begins to hold the name, in the background. A store that is away is asked again later. */
  start(): void {
    this.#tick().catch(() => {
      // Away just now: the next tick asks again.
    })
  }

  /** Gives the name back. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#lease.release().catch(() => {})
  }

  async #tick(): Promise<void> {
    try {
      const other = await this.#lease.hold()
      if (other) this.#meet(other)
    } finally {
      if (!this.#isClosed) this.#cancel = this.#options.clock.after(RENEW_EVERY, () => this.start(), 'background')
    }
  }

  /** Somebody else's lease that is still good: of a worker that died, unless it has been renewed since we last looked. */
  #meet(other: LeaseHolder): void {
    const wasRenewed = this.#seen?.holder === other.holder && other.expiresAt > this.#seen.expiresAt
    this.#seen = other
    if (!wasRenewed || this.#hasReported) return
    this.#hasReported = true
    const { logger, worker } = this.#options
    logger.error(
      `WORKER_NAME_TAKEN: another live worker of this map is called "${worker.name}" too. Give each worker a name of its ` +
        'own (option `workerName`, or HZ_SESSION_WORKER_NAME). (Said once.)',
    )
  }
}

import { randomUUID } from 'node:crypto'
import type { CancelTimer, Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { RecordStore } from './records/record-store.ts'
import type { Worker } from './worker.ts'

export interface WorkerLeaseOptions {
  readonly store: RecordStore
  readonly clock: Clock
  readonly logger: Logger
  readonly worker: Worker
}

/** Who holds a worker's name, and until when (epoch ms) if it is not renewed. */
interface Lease {
  readonly holder: string
  readonly expiresAt: number
}

const KEY = 'hazelcast-session.worker.'
/** Seconds a lease lasts, and ms between two renewals. */
const LEASE_SECONDS = 30
const RENEW_EVERY = 10_000
/** Ms by which two workers' clocks may differ. */
const SKEW = 2000

/**
 * Holds this worker's name in the map, so that a second worker of that name is noticed: the balancer would send the one's
 * sessions to the other, and each would take the other's copies for its own. A worker that died and came back finds its
 * own old lease; only a lease that is renewed by somebody else means that the name is taken.
 */
export class WorkerLease {
  readonly #options: WorkerLeaseOptions
  readonly #holder: string = randomUUID()
  readonly #key: string
  /** The text of our lease in the map, while we hold it. */
  #held: string | undefined
  /** The lease of somebody else, as it was last seen. */
  #seen: Lease | undefined
  #hasReported = false
  #cancel: CancelTimer | undefined
  #isClosed = false

  constructor(options: WorkerLeaseOptions) {
    this.#options = options
    this.#key = KEY + options.worker.name
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
    if (this.#held !== undefined) await this.#options.store.remove(this.#key, this.#held).catch(() => false)
  }

  async #tick(): Promise<void> {
    const { clock } = this.#options
    try {
      if (this.#held === undefined) await this.#acquire()
      else await this.#renew(this.#held)
    } finally {
      if (!this.#isClosed) this.#cancel = clock.after(RENEW_EVERY, () => this.start(), 'background')
    }
  }

  async #acquire(): Promise<void> {
    const { store, clock } = this.#options
    const text = this.#text()
    if (await store.create(this.#key, text, { seconds: LEASE_SECONDS })) {
      this.#held = text
      return
    }
    const found = await store.load(this.#key)
    const lease = found === undefined ? undefined : leaseOf(found)
    if (found === undefined || lease === undefined) return
    if (lease.expiresAt + SKEW < clock.now()) await this.#replace(found)
    else this.#meet(lease)
  }

  async #renew(held: string): Promise<void> {
    await this.#replace(held)
  }

  async #replace(expected: string): Promise<void> {
    const text = this.#text()
    const isOurs = await this.#options.store.replace(this.#key, expected, text, { seconds: LEASE_SECONDS })
    this.#held = isOurs ? text : undefined
  }

  /** Somebody else's lease that is still good: of a worker that died, unless it has been renewed since we last looked. */
  #meet(lease: Lease): void {
    const wasRenewed = this.#seen?.holder === lease.holder && lease.expiresAt > this.#seen.expiresAt
    this.#seen = lease
    if (!wasRenewed || this.#hasReported) return
    this.#hasReported = true
    const { logger, worker } = this.#options
    logger.error(
      `WORKER_NAME_TAKEN: another live worker of this map is called "${worker.name}" too. Give each worker a name of its ` +
        'own (option `workerName`, or HZ_SESSION_WORKER_NAME). (Said once.)',
    )
  }

  #text(): string {
    const expiresAt = this.#options.clock.now() + LEASE_SECONDS * 1000
    return JSON.stringify({ format: 0, holder: this.#holder, expiresAt })
  }
}

function leaseOf(text: string): Lease | undefined {
  try {
    const { holder, expiresAt }: Partial<Lease> = Object(JSON.parse(text))
    return typeof holder === 'string' && typeof expiresAt === 'number' ? { holder, expiresAt } : undefined
  } catch {
    return undefined
  }
}

import type { CancelTimer, Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { reasonOf } from './logger.ts'
import type { RecordStore, WriteListener } from './records/record-store.ts'
import type { EndReason } from './records/session-record.ts'
import type { OpenedSession } from './session-manager.ts'

/** How a session ended that was watched. `gone`: it is not there, and nobody knows why. `closed`: it goes on, but its manager was closed. */
export type SessionEnd = EndReason | 'gone' | 'closed'

export interface WatchOptions {
  /** Seconds after which the session is looked at again although nothing was heard. @default 30 */
  readonly checkPeriod?: number | undefined
}

export interface SessionWatchOptions {
  readonly store: RecordStore
  readonly clock: Clock
  readonly logger: Logger
  /** The session as the store has it now. */
  readonly open: (id: string) => Promise<OpenedSession>
}

type Watcher = (how: SessionEnd) => void

interface Watched {
  readonly watchers: Set<Watcher>
  /** Ms between two looks. */
  period: number
  /** Epoch ms of the next look. */
  checkAt: number
  /** Epoch ms from which the session is expired unless somebody has used it; as far as is known. */
  expiresAt: number
  isBeingChecked: boolean
}

const CHECK_PERIOD = 30
/** Ms between two looks at what is due. */
const SWEEP = 1000
/** Ms after which the store is asked again that did not answer. */
const RETRY = 5000
/** Ms over which looks are spread that became due in the same moment. */
const SPREAD = 1000
/** How many questions to the store may be under way. */
const MOST_CHECKS = 50

/**
 * Tells when sessions end. What is heard of markers only ever makes it look sooner: what is stored decides, so an event that
 * comes late, or never, delays the news and no more. Listens from the first session on that somebody watches.
 */
export class SessionWatch implements WriteListener {
  readonly #options: SessionWatchOptions
  readonly #watched = new Map<string, Watched>()
  #checks = 0
  #hears = false
  #cancel: CancelTimer | undefined

  constructor(options: SessionWatchOptions) {
    this.#options = options
  }

  add(id: string, ended: Watcher, { checkPeriod = CHECK_PERIOD }: WatchOptions = {}): () => void {
    if (!(checkPeriod > 0)) throw new TypeError(`Expected \`checkPeriod\` to be seconds > 0, got \`${checkPeriod}\``)
    if (!this.#hears) this.#options.store.listenToEnds?.(this)
    this.#hears = true
    const period = checkPeriod * 1000
    const known = this.#watched.get(id)
    const watched = known ?? { watchers: new Set(), period, checkAt: 0, expiresAt: 0, isBeingChecked: false }
    // Two watches may have one function.
    const watcher: Watcher = (how) => ended(how)
    watched.watchers.add(watcher)
    watched.period = Math.min(watched.period, period)
    this.#watched.set(id, watched)
    // It may have ended since whoever watches has seen it.
    this.changed(id)
    this.#cancel ??= this.#options.clock.after(SWEEP, () => this.#sweep(), 'background')
    return () => {
      watched.watchers.delete(watcher)
      if (watched.watchers.size === 0 && this.#watched.get(id) === watched) this.#watched.delete(id)
    }
  }

  changed(id: string): void {
    const watched = this.#watched.get(id)
    if (!watched) return
    watched.checkAt = this.#options.clock.now()
    this.#checkIfFree(id, watched)
  }

  missed(): void {
    const now = this.#options.clock.now()
    for (const watched of this.#watched.values()) {
      watched.checkAt = Math.min(watched.checkAt, now + Math.random() * SPREAD)
    }
  }

  /** Whoever still watches is told that nobody will tell any more. */
  close(): void {
    this.#cancel?.()
    for (const id of this.#watched.keys()) this.#tell(id, 'closed')
  }

  #sweep(): void {
    this.#cancel = undefined
    const now = this.#options.clock.now()
    for (const [id, watched] of this.#watched) if (watched.checkAt <= now) this.#checkIfFree(id, watched)
    if (this.#watched.size > 0) this.#cancel = this.#options.clock.after(SWEEP, () => this.#sweep(), 'background')
  }

  #checkIfFree(id: string, watched: Watched): void {
    if (watched.isBeingChecked || this.#checks >= MOST_CHECKS) return
    this.#checks += 1
    watched.isBeingChecked = true
    // What is heard from now on is looked at after this.
    watched.checkAt = Infinity
    void this.#check(id, watched).finally(() => {
      this.#checks -= 1
      watched.isBeingChecked = false
      if (watched.checkAt <= this.#options.clock.now() && this.#watched.get(id) === watched)
        this.#checkIfFree(id, watched)
    })
  }

  async #check(id: string, watched: Watched): Promise<void> {
    const { clock, open } = this.#options
    const opened = await open(id).catch(() => {})
    const now = clock.now()
    if (!opened) {
      watched.checkAt = Math.min(watched.checkAt, now + RETRY)
      return
    }
    if (opened.kind === 'ended') return this.#tell(id, opened.reason)
    if (opened.kind === 'none') {
      const isExpired = watched.expiresAt > 0 && watched.expiresAt <= now
      return this.#tell(id, isExpired ? 'expired' : 'gone')
    }
    const { expiresAt } = opened.session
    watched.expiresAt = expiresAt
    watched.checkAt = Math.min(watched.checkAt, now + watched.period, Math.max(expiresAt, now + SWEEP))
  }

  #tell(id: string, how: SessionEnd): void {
    const watched = this.#watched.get(id)
    this.#watched.delete(id)
    for (const watcher of watched?.watchers ?? []) {
      try {
        watcher(how)
      } catch (error) {
        this.#options.logger.error(`Somebody who was told of a session's end failed: ${reasonOf(error)}`)
      }
    }
  }
}

import type { CancelTimer, Clock } from '../clock.ts'
import type { Session } from '../session.ts'

/** What is known of a request that is under way. It outlives the request, so that it must not refer to it. */
export class OpenRequest {
  /** The session that it keeps alive; `undefined`: none. */
  kept: Session | undefined
}

/** Ms between two looks at what is under way. */
const SWEEP = 1000
/** Ms before its expiry in which a session cannot wait for the second look. */
const LAST_MOMENT = 3 * SWEEP

/**
 * The requests that are under way with a session. Those that take longer than a second keep their sessions alive, so that
 * an upload, or a stream of events, does not outlive the session it belongs to. One timer for all of them, and none while
 * there are none; it does not keep the process alive.
 */
export class OpenRequests {
  readonly #clock: Clock
  /** With whether they were under way at the last look. */
  readonly #open = new Map<OpenRequest, boolean>()
  #cancel: CancelTimer | undefined
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(request: OpenRequest): void {
    if (this.#isClosed || this.#open.has(request)) return
    this.#open.set(request, false)
    if (request.kept && request.kept.expiresAt - this.#clock.now() < LAST_MOMENT) touch(request.kept)
    this.#cancel ??= this.#clock.after(SWEEP, () => this.#sweep(), 'background')
  }

  delete(request: OpenRequest): void {
    this.#open.delete(request)
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
    this.#open.clear()
  }

  #sweep(): void {
    this.#cancel = undefined
    for (const [request, wasOpen] of this.#open) {
      if (!wasOpen) this.#open.set(request, true)
      else if (request.kept) touch(request.kept)
    }
    if (this.#open.size > 0) this.#cancel = this.#clock.after(SWEEP, () => this.#sweep(), 'background')
  }
}

function touch(session: Session): void {
  session.touch().catch(() => {})
}

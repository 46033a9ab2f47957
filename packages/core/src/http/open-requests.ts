import type { CancelTimer, Clock } from '../clock.ts'
import type { Session } from '../session.ts'

/** A request that is under way. */
export interface OpenRequest {
  /** The session that it keeps alive; `undefined`: none. */
  readonly kept: Session | undefined
}

/** Ms between two looks at what is under way. */
const SWEEP = 1000

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
      if (wasOpen) request.kept?.touch().catch(() => {})
      else this.#open.set(request, true)
    }
    if (this.#open.size > 0) this.#cancel = this.#clock.after(SWEEP, () => this.#sweep(), 'background')
  }
}

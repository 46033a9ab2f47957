import type { RecordStore, SessionManager, SessionManagerOptions } from '@hazelcast-session/core'

/** A place for sessions, for one case: managers, as many as there are workers, over one store. */
export interface SessionsHarness {
  /** One more worker: a manager over the store of this harness, with these options, and on the clock that `advance` moves. */
  manager(options: SessionManagerOptions): SessionManager
  /** The store beneath, empty at first: to look into it, and to put there what no session would write. */
  readonly store: RecordStore
  /** Lets milliseconds pass for all managers. @default they are waited for, which takes hours */
  readonly advance?: (ms: number) => Promise<void> | void
  /** Called after the case; the managers are closed by then. */
  readonly dispose?: () => Promise<void> | void
}

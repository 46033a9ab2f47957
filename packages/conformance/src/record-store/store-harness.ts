import type { RecordStore } from '@hazelcast-session/core'

/** A store for one case, and what a test may do to it. A case that lacks something optional fails and says so. */
export interface StoreHarness {
  /** It may hold other entries already. Its `watch` was not called. */
  readonly store: RecordStore
  /** Lets milliseconds pass for the store. @default they are waited for */
  readonly advance?: (ms: number) => Promise<void> | void
  /** Seconds that the entry still has; `Infinity`: it stays for ever; `undefined`: there is none. */
  readonly secondsLeft?: (key: string) => Promise<number | undefined>
  /** Values that are not this library's. */
  readonly foreign?: ForeignValues
  /** A way to take the storage away from the store. */
  readonly outage?: Outage
  /** Called after the case, whether the store was closed or not. */
  readonly dispose?: () => Promise<void> | void
}

export interface ForeignValues {
  /** Puts a value of another application under the key. */
  put(key: string): Promise<void>
  /** Whether it still is as it was put there. */
  isThere(key: string): Promise<boolean>
}

export interface Outage {
  /** From now on the store cannot reach its storage. */
  begin(): Promise<void>
  /** It can again. The store has to notice by itself. */
  end(): Promise<void>
}

/** How long the store keeps an entry if nobody touches it again. A store never keeps one for ever. */
export interface EntryLife {
  /** Seconds the entry must live at least. It may live longer where the store's own setting is longer. */
  readonly seconds: number
  /**
   * Seconds the entry must outlive whatever a live entry may get, from `seconds` or from the store's own setting: for
   * ended markers, which have to be newer than anything the other half of a split cluster wrote. Default 0.
   */
  readonly margin?: number
}

/**
 * Where records live: five verbs over a map from key to text. It knows nothing of sessions; every rule about them is
 * above it. The text is the token of compare-and-set: it comes back exactly as it was written.
 *
 * Each verb may reject with `STORE_UNAVAILABLE`. `isUnsent` tells whether the store refused without sending anything;
 * otherwise a rejected write may have been applied, or may be applied seconds later.
 */
export interface RecordStore {
  /**
   * The text under `key`; `undefined` when there is none, which is not an error. Rejects with `RECORD_UNREADABLE` when
   * what is there is not a text of ours (another application's value).
   */
  load(key: string): Promise<string | undefined>
  /** Writes `text` if the key is absent. `false`: it was not, and nothing was changed. */
  create(key: string, text: string, life: EntryLife): Promise<boolean>
  /**
   * Writes `text` if the entry still is `expected`. `true`: the entry is `text` and lives at least for `life`.
   * `false`: it was something else or absent, and nothing was changed. Rejected: either may be the case, or the text
   * was written without its life; the same call with `expected` and `text` both the new text completes it.
   */
  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean>
  /** Removes the entry if it still is `expected`; without `expected`, whatever is there. `false`: nothing was removed. */
  remove(key: string, expected?: string): Promise<boolean>
  /** Lets go of connections and timers. Does not wait for calls under way. Idempotent. */
  close(): Promise<void>

  /** Connects, and resolves when the store can be used. Optional: a store without it always can. */
  ready?(): Promise<void>
  /** Tells when the store goes away and comes back; called at most once, before any other verb. */
  watch?(watcher: StoreWatcher): void
  /**
   * Tells of entries that anybody creates or replaces with a text whose field `notify` is `name`, soon after. These are
   * hints: one may come late, twice, or never, and removals need not be told. Called at most once, before any other verb. Optional: nobody is told anything then.
   */
  listen?(name: string, listener: WriteListener): void
  /**
   * Tells in the same way of entries that anybody creates or replaces with a text that has a field `ended`: markers. Called
   * at most once, at any time. Optional: nobody is told anything then.
   */
  listenToEnds?(listener: WriteListener): void
  /**
   * Pages of what is stored, in no order, expired sessions and markers included. May be told to look for what expired
   * only, and may then still give more.
   */
  find?(query?: FindQuery): AsyncIterable<readonly StoredText[]>
  /** Whether entries may live for ever when a write of theirs was not completed, so that somebody has to sweep. */
  readonly mayKeepForEver?: boolean
  /** Which cluster it is: another one has lost what there was. `undefined`: not known, or nothing that can be lost. */
  readonly clusterId?: string | undefined
  /** Milliseconds by which the store's clock is ahead of this process's, as far as is known. */
  readonly clockSkew?: number
}

export interface FindQuery {
  /** Only entries whose `expiresAt` (epoch ms) is smaller. */
  readonly expiredBefore?: number
}

export interface StoredText {
  readonly key: string
  readonly text: string
}

/** Must not throw. */
export interface WriteListener {
  /** The entry under `key` was written with what is listened for. */
  changed(key: string): void
  /** Some entries may have been written that were not told of. */
  missed(): void
}

export interface StoreWatcher {
  available(): void
  unavailable(reason: string): void
}

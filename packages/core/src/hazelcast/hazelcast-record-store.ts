import hazelcast from 'hazelcast-client'
import type { IMap } from 'hazelcast-client'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { reasonOf } from '../logger.ts'
import { unreadable } from '../records/record-codec.ts'
import type {
  EntryLife,
  FindQuery,
  RecordStore,
  StoreWatcher,
  StoredText,
  WriteListener,
} from '../records/record-store.ts'
import { StoreUnavailableError } from '../records/store-unavailable.ts'
import type { UsableMap } from './hazelcast-connection.ts'
import { HazelcastConnection } from './hazelcast-connection.ts'
import type { HazelcastConnectionOptions } from './hazelcast-connection.ts'

export interface HazelcastRecordStoreOptions extends HazelcastConnectionOptions {
  /** Seconds that an ordinary session needs; a map that gives less is dearer to use, which is said once. */
  readonly usualLife: number
}

const PAGE = 100

/**
 * Records in a map of a Hazelcast cluster, as `HazelcastJsonValue`. Needs nothing on the members. Calls are not timed
 * here; whoever calls does, since a call to a frozen member may never settle.
 */
export class HazelcastRecordStore implements RecordStore {
  readonly #connection: HazelcastConnection
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #usualLife: number
  readonly #mapName: string
  #hasWarned = false

  constructor(options: HazelcastRecordStoreOptions) {
    this.#connection = new HazelcastConnection(options)
    this.#clock = options.clock
    this.#logger = options.logger
    this.#usualLife = options.usualLife
    this.#mapName = options.mapName
  }

  watch(watcher: StoreWatcher): void {
    this.#connection.watch(watcher)
  }

  listen(name: string, listener: WriteListener): void {
    this.#connection.listen(name, listener)
  }

  listenToEnds(listener: WriteListener): void {
    this.#connection.listenToEnds(listener)
  }

  get mayKeepForEver(): boolean {
    return this.#connection.present?.entryLife === 0
  }

  get clusterId(): string | undefined {
    return this.#connection.clusterId
  }

  get clockSkew(): number {
    return this.#connection.present?.clockSkew ?? 0
  }

  ready(): Promise<void> {
    return this.#connection.ready()
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async load(key: string): Promise<string | undefined> {
    await this.#clock.turn?.()
    const { map } = this.#connection.present ?? (await this.#connection.usable())
    return textOf(await this.#read(map, key))
  }

  async create(key: string, text: string, life: EntryLife): Promise<boolean> {
    const { map, entryLife } = await this.#connection.usable()
    return this.#sent(async () => (await map.putIfAbsent(key, json(text), secondsOf(life, entryLife) * 1000)) === null)
  }

  async replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    await this.#clock.turn?.()
    const usable = this.#connection.present ?? (await this.#connection.usable())
    if (text === expected) return this.#complete(key, text, life, usable)
    const isReplaced = await this.#sent(() => usable.map.replaceIfSame(key, json(expected), json(text)))
    // A replaced entry gets the map's own life. What that lacks is added once the replace is known to have won: sent
    // along with it, it would also be applied to the entry of the writer that won instead.
    if (isReplaced) await this.#extend(key, life, usable)
    return isReplaced
  }

  /**
   * Gives an entry the life that its write may not have come to. Not by replacing it with itself: that gives it the map's
   * own life, and a call that comes late would do so again when all is done.
   */
  async #complete(key: string, text: string, life: EntryLife, usable: UsableMap): Promise<boolean> {
    if (textOf(await this.#read(usable.map, key)) !== text) return false
    await this.#extend(key, life, usable)
    return true
  }

  #extend(key: string, life: EntryLife, usable: UsableMap): Promise<unknown> | undefined {
    if (!this.#needsExtension(life, usable)) return undefined
    return this.#sent(() => usable.map.setTtl(key, secondsOf(life, usable.entryLife) * 1000))
  }

  async remove(key: string, expected?: string): Promise<boolean> {
    const { map } = await this.#connection.usable()
    return this.#sent(async () => {
      if (expected !== undefined) return map.remove(key, json(expected)).then(Boolean)
      // Not `remove(key)`, which would send back a value that may not be readable here, nor `delete`, which does not say
      // whether anything was there. 0: nobody locks entries of this map, so there is nothing to wait for.
      return map.tryRemove(key, 0)
    })
  }

  async *find({ expiredBefore }: FindQuery = {}): AsyncIterable<readonly StoredText[]> {
    const { map } = await this.#connection.usable()
    const found = await this.#sent(() => (expiredBefore === undefined ? map.keySet() : expiredKeys(map, expiredBefore)))
    const keys = [...found].filter((key) => typeof key === 'string')
    for (let start = 0; start < keys.length; start += PAGE) {
      const page = await Promise.all(keys.slice(start, start + PAGE).map((key) => this.#storedText(map, key)))
      yield page.flat()
    }
  }

  async #storedText(map: IMap<string, unknown>, key: string): Promise<readonly StoredText[]> {
    try {
      const text = textOf(await this.#read(map, key))
      return text === undefined ? [] : [{ key, text }]
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error
      return []
    }
  }

  async #read(map: IMap<string, unknown>, key: string): Promise<unknown> {
    try {
      return await map.get(key)
    } catch (error) {
      throw isOfReading(error) ? unreadable('it is a value of another kind', error) : this.#failed(error)
    }
  }

  async #sent<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #failed(cause: unknown): StoreUnavailableError {
    if (cause instanceof hazelcast.ClientOfflineError || cause instanceof hazelcast.ClientNotActiveError) {
      this.#connection.noteOffline()
    }
    // Also then it may have been sent: the client tries some calls again, and fails only the second time.
    return new StoreUnavailableError(`A call to the Hazelcast cluster failed: ${reasonOf(cause)}.`, {
      unsent: false,
      cause,
    })
  }

  #needsExtension(life: EntryLife, { entryLife }: UsableMap): boolean {
    if (life.margin) return true
    const isShort = entryLife === 0 || entryLife < life.seconds
    if (isShort && life.seconds <= this.#usualLife) this.#warnOnce(entryLife)
    return isShort
  }

  #warnOnce(entryLife: number): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const given = entryLife === 0 ? 'no time to live' : `a time to live of ${entryLife} seconds`
    this.#logger.warn(
      `The map "${this.#mapName}" gives its entries ${given}; sessions need ${this.#usualLife} seconds. Every write now ` +
        'takes two calls, which is slower and not atomic. Configure the members: ' +
        `map: { ${this.#mapName}: { time-to-live-seconds: ${this.#usualLife} } } (or more). (Said once.)`,
    )
  }
}

/** Seconds to ask of the map for an entry. */
function secondsOf(life: EntryLife, entryLife: number): number {
  const seconds = life.margin ? Math.max(life.seconds, entryLife) + life.margin : life.seconds
  // Members count whole seconds, and take 0 for ever.
  return Math.max(1, Math.ceil(seconds))
}

function json(text: string): unknown {
  return new hazelcast.HazelcastJsonValue(text)
}

/**
 * The keys of entries that expired before, by the members' index on `expiresAt` where there is one. A value of another
 * application makes a member refuse the question; then all keys are candidates.
 */
async function expiredKeys(map: IMap<string, unknown>, before: number): Promise<Iterable<string>> {
  try {
    return await map.keySetWithPredicate(hazelcast.Predicates.lessThan('expiresAt', before))
  } catch (error) {
    if (error instanceof hazelcast.QueryError || error instanceof hazelcast.ClassCastError) return map.keySet()
    throw error
  }
}

/** Whether the value came, and could not be made sense of. For a type that it does not know the client throws a RangeError. */
function isOfReading(error: unknown): boolean {
  return error instanceof hazelcast.HazelcastSerializationError || error instanceof RangeError
}

/** `undefined` where nothing is stored. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (value instanceof hazelcast.HazelcastJsonValue) return value.toString()
  throw unreadable('it is a value of another kind')
}

import type { Clock } from '../../../src/clock.ts'
import { pause } from '../../../src/clock.ts'
import type {
  EntryLife,
  FindQuery,
  RecordStore,
  StoredText,
  StoreWatcher,
  WriteListener,
} from '../../../src/records/record-store.ts'
import type { FaultyChannel } from '../faulty-channel.ts'
import { FaultyRecordStore } from '../faulty-record-store.ts'
import type { ClusterLife, Clusters } from './clusters.ts'

export interface StickyStoreOptions {
  readonly clusters: Clusters
  readonly worker: string
  readonly channel: FaultyChannel
  readonly clock: Clock
  readonly skew: number
  /** Ms that the next event takes; infinite: it gets lost. */
  readonly eventDelay: () => number
}

/** Something that this worker was told. Times in epoch ms. */
export interface Told {
  /** `undefined`: that events may have been lost, of any session. */
  readonly key: string | undefined
  /** When what it tells of had happened. */
  readonly of: number
  readonly at: number
}

/** A time in which the store was away from this worker. Epoch ms. */
export interface Absence {
  readonly from: number
  /** Infinite until then, as `to`. */
  noticedAt: number
  to: number
}

/** Ms after a return in which a client does not hear events yet. */
const DEAF = 2000

/** One worker's way to whatever cluster there is, which may be away, and by which events come late or never. */
export class StickyStore implements RecordStore {
  readonly told: Told[] = []
  readonly absences: Absence[] = []
  readonly #options: StickyStoreOptions
  #cluster: ClusterLife
  #way: FaultyRecordStore
  #watcher: StoreWatcher | undefined
  #listener: WriteListener | undefined
  #hearsFrom = 0

  constructor(options: StickyStoreOptions) {
    this.#options = options
    this.#cluster = options.clusters.current
    this.#way = this.#wayTo(this.#cluster)
  }

  get clusterId(): string {
    return this.#cluster.id
  }

  watch(watcher: StoreWatcher): void {
    this.#watcher = watcher
    watcher.available()
  }

  listen(name: string, listener: WriteListener): void {
    this.#listener = listener
    this.#cluster.store.listen(name, { changed: (key) => void this.#hear(key), missed: () => {} })
  }

  /** Nothing gets through from now on, for so many ms; the worker knows after `unnoticed`. */
  async away(unnoticed: number, lasts: number): Promise<void> {
    const { clock, channel } = this.#options
    const absence: Absence = { from: clock.now(), noticedAt: Infinity, to: Infinity }
    this.absences.push(absence)
    channel.cut()
    await pause(clock, unnoticed)
    absence.noticedAt = clock.now()
    channel.notice()
    if (channel.diedAt === undefined) this.#watcher?.unavailable('the store is away')
    await pause(clock, lasts)
    absence.to = clock.now()
    channel.mend()
    if (channel.diedAt === undefined) this.#back()
  }

  #back(): void {
    const { clusters, clock, worker } = this.#options
    if (this.#cluster !== clusters.current) {
      this.#cluster = clusters.current
      this.#way = this.#wayTo(this.#cluster)
      if (this.#listener) this.listen(worker, this.#listener)
    }
    this.#hearsFrom = clock.now() + DEAF
    this.#missed()
    this.#watcher?.available()
    clock.after(DEAF, () => this.#missed())
  }

  #missed(): void {
    const now = this.#options.clock.now()
    this.told.push({ key: undefined, of: now, at: now })
    this.#listener?.missed()
  }

  async #hear(key: string): Promise<void> {
    const { clock, channel, eventDelay } = this.#options
    const of = clock.now()
    const delay = channel.isFaulty ? eventDelay() : 0
    if (delay === Infinity || !channel.isOpen || of < this.#hearsFrom) return
    if (delay > 0) await pause(clock, delay)
    // What was under way when the connection broke is lost with it.
    if (!channel.isOpen || clock.now() < this.#hearsFrom) return
    this.told.push({ key, of, at: clock.now() })
    this.#listener?.changed(key)
  }

  #wayTo({ store: inner, history }: ClusterLife): FaultyRecordStore {
    return new FaultyRecordStore({ ...this.#options, inner, history })
  }

  get clockSkew(): number {
    return this.#way.clockSkew
  }

  load(key: string): Promise<string | undefined> {
    return this.#way.load(key)
  }

  create(key: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#way.create(key, text, life)
  }

  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#way.replace(key, expected, text, life)
  }

  remove(key: string, expected?: string): Promise<boolean> {
    return this.#way.remove(key, expected)
  }

  find(query?: FindQuery): AsyncIterable<readonly StoredText[]> {
    return this.#way.find(query)
  }

  async close(): Promise<void> {}
}

import type { EntryLife, RecordStore, StoredText } from '@hazelcast-session/core'
import { MemoryRecordStore, StoreUnavailableError } from '@hazelcast-session/core'

/** A record store in memory that counts its writes, can be slow, and can be away like a cluster without members. */
export class ObservedRecordStore implements RecordStore {
  readonly records: MemoryRecordStore
  isDown = false
  /** Ms that each call takes. */
  delay = 0
  /** Calls that found it down. */
  refused = 0
  loads = 0
  writes = 0

  constructor(records: MemoryRecordStore = new MemoryRecordStore()) {
    this.records = records
  }

  async load(key: string): Promise<string | undefined> {
    this.loads++
    await this.#arrive()
    return this.records.load(key)
  }

  async create(key: string, text: string, life: EntryLife): Promise<boolean> {
    this.writes++
    await this.#arrive()
    return this.records.create(key, text, life)
  }

  async replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    this.writes++
    await this.#arrive()
    return this.records.replace(key, expected, text, life)
  }

  async remove(key: string, expected?: string): Promise<boolean> {
    this.writes++
    await this.#arrive()
    return this.records.remove(key, expected)
  }

  async *find(): AsyncIterable<readonly StoredText[]> {
    await this.#arrive()
    yield* this.records.find()
  }

  /** Takes an entry away as if it had never been. */
  async forget(key: string): Promise<void> {
    await this.records.remove(key)
  }

  close(): Promise<void> {
    return this.records.close()
  }

  async #arrive(): Promise<void> {
    if (this.isDown) {
      this.refused++
      throw new StoreUnavailableError('The cluster of this test is away.', { unsent: true })
    }
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * this.delay))
  }
}

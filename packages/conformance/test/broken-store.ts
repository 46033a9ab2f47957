import { MemoryRecordStore } from '@hazelcast-session/core'
import type { EntryLife, RecordStore, StoredText, WriteListener } from '@hazelcast-session/core'
import type { LeapClock } from '@hazelcast-session/conformance'

/** A store of texts as somebody might write it at first: each method is to be broken by a test. */
export class BreakableStore implements RecordStore {
  protected readonly inner: MemoryRecordStore

  constructor(clock: LeapClock) {
    this.inner = new MemoryRecordStore(clock)
  }

  load(key: string): Promise<string | undefined> {
    return this.inner.load(key)
  }

  create(key: string, text: string, life: EntryLife): Promise<boolean> {
    return this.inner.create(key, text, life)
  }

  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    return this.inner.replace(key, expected, text, life)
  }

  remove(key: string, expected?: string): Promise<boolean> {
    return this.inner.remove(key, expected)
  }

  find(): AsyncIterable<readonly StoredText[]> {
    return this.inner.find()
  }

  listen(name: string, listener: WriteListener): void {
    this.inner.listen(name, listener)
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  secondsLeft(key: string): number | undefined {
    return this.inner.secondsLeft(key)
  }

  /** Puts an entry whatever was there. */
  protected async put(key: string, text: string, life: EntryLife): Promise<true> {
    await this.inner.remove(key)
    await this.inner.create(key, text, life)
    return true
  }
}

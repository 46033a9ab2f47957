import type { Clock } from '../../src/clock.ts'
import type { EntryLife, RecordStore } from '../../src/records/record-store.ts'
import type { FaultyChannel } from './faulty-channel.ts'
import type { History } from './history.ts'

export interface FaultyRecordStoreOptions {
  readonly inner: RecordStore
  readonly worker: string
  readonly channel: FaultyChannel
  readonly clock: Clock
  readonly history: History
}

/** One worker's way to a store that all of them share. Writes down what was applied, told or not. */
export class FaultyRecordStore implements RecordStore {
  readonly #options: FaultyRecordStoreOptions

  constructor(options: FaultyRecordStoreOptions) {
    this.#options = options
  }

  load(key: string): Promise<string | undefined> {
    const { inner, channel } = this.#options
    return channel.send('load', key, () => inner.load(key))
  }

  create(key: string, text: string, life: EntryLife): Promise<boolean> {
    const { inner, channel } = this.#options
    return channel.send('create', key, () =>
      this.#write(key, [undefined, text], life, () => inner.create(key, text, life)),
    )
  }

  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    const { inner, channel } = this.#options
    return channel.send('replace', key, () =>
      this.#write(key, [expected, text], life, () => inner.replace(key, expected, text, life)),
    )
  }

  remove(key: string, expected?: string): Promise<boolean> {
    const { inner, channel } = this.#options
    return channel.send('remove', key, () => inner.remove(key, expected))
  }

  async close(): Promise<void> {}

  async #write(
    key: string,
    [before, after]: readonly [string | undefined, string],
    life: EntryLife,
    call: () => Promise<boolean>,
  ): Promise<boolean> {
    const { worker, clock, history } = this.#options
    const from = clock.now()
    const applied = await call()
    if (!applied) return false
    const to = clock.now()
    history.written({ key, worker, from, to, before, after })
    const goneAt = from + (life.seconds + (life.margin ?? 0)) * 1000
    history.lifeGiven({ key, worker, at: to, text: after, meant: after, goneAt })
    return true
  }
}

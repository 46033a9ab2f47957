import type { Clock } from '../../src/clock.ts'
import type { EntryLife, FindQuery, RecordStore, StoredText } from '../../src/records/record-store.ts'
import type { FaultyChannel } from './faulty-channel.ts'
import type { History } from './history.ts'

export interface FaultyRecordStoreOptions {
  readonly inner: RecordStore
  readonly worker: string
  readonly channel: FaultyChannel
  readonly clock: Clock
  readonly history: History
  /** Ms by which the worker's clock is ahead of the store's. */
  readonly skew?: number
}

/** Fewer than a store would give at a time, so that a sweep has several. */
const PAGE = 2

/** One worker's way to a store that all of them share. Writes down what was applied, told or not. */
export class FaultyRecordStore implements RecordStore {
  readonly #options: FaultyRecordStoreOptions

  constructor(options: FaultyRecordStoreOptions) {
    this.#options = options
  }

  get clockSkew(): number {
    return -(this.#options.skew ?? 0)
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
    const write = (): Promise<boolean> =>
      this.#write(key, [expected, text], life, () => inner.replace(key, expected, text, life))
    return channel.send('replace', key, write, text)
  }

  remove(key: string, expected?: string): Promise<boolean> {
    const { inner, channel, worker, clock, history } = this.#options
    return channel.send('remove', key, async () => {
      const from = clock.now()
      if (!(await inner.remove(key, expected))) return false
      history.written({ key, worker, from, to: clock.now(), before: expected, after: undefined })
      return true
    })
  }

  async *find(query?: FindQuery): AsyncIterable<readonly StoredText[]> {
    const { inner, channel } = this.#options
    const found = await channel.send('find', '', () => all(inner.find?.(query)))
    for (let start = 0; start < found.length; start += PAGE) yield found.slice(start, start + PAGE)
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

async function all(pages: AsyncIterable<readonly StoredText[]> | undefined): Promise<readonly StoredText[]> {
  const found: StoredText[] = []
  for await (const page of pages ?? []) found.push(...page)
  return found
}

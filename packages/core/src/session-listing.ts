import type { Clock } from './clock.ts'
import { within } from './clock.ts'
import type { RecordCodec } from './records/record-codec.ts'
import type { RecordStore, StoredText } from './records/record-store.ts'
import type { SessionRecord } from './records/session-record.ts'
import { isEnded } from './records/session-record.ts'
import { StoreUnavailableError } from './records/store-unavailable.ts'

export interface SessionListingOptions {
  readonly store: RecordStore
  readonly codec: RecordCodec
  readonly clock: Clock
  /** Ms for one page. */
  readonly operationTimeout: number
}

/** A live record, and the text that it was read from. */
export interface ListedRecord extends StoredText {
  readonly record: SessionRecord
}

const PAGE = 100

/** Every live session once, page by page: reads the whole store. */
export class SessionListing {
  readonly #options: SessionListingOptions

  constructor(options: SessionListingOptions) {
    this.#options = options
  }

  /**
   * While a change of id is not completed a session has two records, and the newer one counts. The older one cannot say
   * that there is another, and has no principal: so records without one come last, when all that name another are known.
   */
  async *records(): AsyncIterable<ListedRecord> {
    const left = new Set<string>()
    const anonymous: string[] = []
    for await (const listed of this.#live(this.#options.store.find?.())) {
      const { previous, principal } = listed.record
      if (previous) left.add(previous.key)
      if (previous || principal !== undefined) yield listed
      else anonymous.push(listed.key)
    }
    yield* this.#live(this.#pagesOf(anonymous.filter((key) => !left.has(key))))
  }

  async *#live(pages: AsyncIterable<readonly StoredText[]> | undefined): AsyncIterable<ListedRecord> {
    const turning = pages?.[Symbol.asyncIterator]()
    for (let page = await this.#next(turning); page; page = await this.#next(turning)) {
      for (const { key, text } of page) {
        const record = this.#liveRecord(key, text)
        if (record) yield { key, text, record }
      }
    }
  }

  /** One page within the budget of a load; `undefined` after the last. */
  async #next(pages: AsyncIterator<readonly StoredText[]> | undefined): Promise<readonly StoredText[] | undefined> {
    if (!pages) return undefined
    const { clock, operationTimeout } = this.#options
    const late = (): Error =>
      new StoreUnavailableError(`The session store did not list its sessions within ${operationTimeout} ms.`, {
        unsent: false,
      })
    const { done, value } = await within(clock, operationTimeout, pages.next(), late)
    return done === true ? undefined : value
  }

  async *#pagesOf(keys: readonly string[]): AsyncIterable<readonly StoredText[]> {
    for (let start = 0; start < keys.length; start += PAGE) {
      const page = await Promise.all(keys.slice(start, start + PAGE).map((key) => this.#stored(key)))
      yield page.flat()
    }
  }

  async #stored(key: string): Promise<readonly StoredText[]> {
    try {
      const text = await this.#options.store.load(key)
      return text === undefined ? [] : [{ key, text }]
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error
      // Another value was put there since it was found.
      return []
    }
  }

  #liveRecord(key: string, text: string): SessionRecord | undefined {
    const { codec, clock } = this.#options
    try {
      const entry = codec.parse(key, text)
      return isEnded(entry) || entry.expiresAt <= clock.now() ? undefined : entry
    } catch {
      return undefined
    }
  }
}

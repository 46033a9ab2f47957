import { randomUUID } from 'node:crypto'
import type { RecordStore, StoredText } from '@hazelcast-session/core'
import { realPause, soon } from '../expectation.ts'
import type { ForeignValues, Outage, StoreHarness } from './store-harness.ts'

/** A store as a case sees it: open, and with keys that nobody else uses. */
export class StoreStand {
  readonly store: RecordStore
  readonly #harness: StoreHarness
  readonly #prefix: string = randomUUID()
  /** What the store told its watcher, oldest first. */
  readonly told: ('available' | 'unavailable')[] = []
  /** Keys of this case's entries that its listener was told of, oldest first. */
  readonly heard: string[] = []
  /** Keys of this case's markers that the listener to ends was told of. */
  readonly ends: string[] = []
  /** How often the listener was told that it may have missed something. */
  missed = 0

  constructor(harness: StoreHarness) {
    this.#harness = harness
    this.store = harness.store
  }

  /** Resolves when the store can be used. */
  async open(): Promise<void> {
    this.store.watch?.({
      available: () => this.told.push('available'),
      unavailable: () => this.told.push('unavailable'),
    })
    this.store.listen?.(this.#prefix, {
      changed: (key) => {
        if (this.isOwn(key)) this.heard.push(key)
      },
      missed: () => {
        this.missed += 1
      },
    })
    this.store.listenToEnds?.({
      changed: (key) => {
        if (this.isOwn(key)) this.ends.push(key)
      },
      missed: () => {},
    })
    if (this.store.ready) await soon('a store that is ready', this.store.ready())
  }

  /** A key of this case; the same one for the same name. */
  key(name: string = 'a'): string {
    return `${this.#prefix}-${name}`
  }

  /** The text of a JSON object, with the name in it that this case listens for. */
  naming(text: string): string {
    if (!this.store.listen)
      throw new Error('This store has no `listen`: skip the cases of "telling of writes", and say why.')
    const fields: unknown = JSON.parse(text)
    return JSON.stringify({ ...Object(fields), notify: this.#prefix })
  }

  isOwn(key: string): boolean {
    return key.startsWith(this.#prefix)
  }

  async pass(ms: number): Promise<void> {
    if (this.#harness.advance) await this.#harness.advance(ms)
    else await realPause(ms)
  }

  async secondsLeft(key: string): Promise<number> {
    const left = await this.#ability('secondsLeft')(key)
    if (left === undefined) throw new Error('Expected an entry, and there is none.')
    return left
  }

  get foreign(): ForeignValues {
    return this.#ability('foreign')
  }

  get outage(): Outage {
    return this.#ability('outage')
  }

  /** What `find` gives of this case's own entries, by key. */
  async found(expiredBefore?: number): Promise<Map<string, string>> {
    const texts = new Map<string, string>()
    for await (const page of this.pages(expiredBefore)) {
      for (const { key, text } of page) if (this.isOwn(key)) texts.set(key, text)
    }
    return texts
  }

  pages(expiredBefore?: number): AsyncIterable<readonly StoredText[]> {
    const pages = expiredBefore === undefined ? this.store.find?.() : this.store.find?.({ expiredBefore })
    if (!pages) throw new Error('This store has no `find`: skip the cases of "finding", and say why.')
    return pages
  }

  #ability<Name extends keyof StoreHarness>(name: Name): NonNullable<StoreHarness[Name]> {
    const ability = this.#harness[name]
    if (ability) return ability
    throw new Error(`This case needs \`${name}\` of the harness: give it, or skip the case and say why.`)
  }
}

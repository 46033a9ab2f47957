import type { Clock } from '../../src/clock.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import type { EntryLife, RecordStore, StoredText } from '../../src/records/record-store.ts'
import { StoreUnavailableError } from '../../src/records/store-unavailable.ts'

export type Verb = 'load' | 'create' | 'replace' | 'remove'

/**
 * What becomes of one call: it works; it is refused unsent; its reply is lost although it was applied; it is lost
 * before it was applied; it never settles; or something happens first and then it works.
 */
export type Fate = 'works' | 'offline' | 'replyLost' | 'lost' | 'hangs' | (() => Promise<unknown>)

/** A memory store that notes every call, and lets some fail as a script says. */
export class ScriptedStore implements RecordStore {
  readonly memory: MemoryRecordStore
  readonly calls: Verb[] = []
  readonly #fates = new Map<Verb, Fate[]>()
  #always: Fate = 'works'

  constructor(clock: Clock) {
    this.memory = new MemoryRecordStore(clock)
  }

  /** The fates of the next calls of this verb. */
  next(verb: Verb, ...fates: readonly Fate[]): this {
    this.#fates.set(verb, [...(this.#fates.get(verb) ?? []), ...fates])
    return this
  }

  /** The fate of every call that has none of its own. */
  always(fate: Fate): this {
    this.#always = fate
    return this
  }

  /** The calls since this was last asked. */
  takeCalls(): Verb[] {
    return this.calls.splice(0)
  }

  load(key: string): Promise<string | undefined> {
    return this.#call('load', () => this.memory.load(key))
  }

  create(key: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#call('create', () => this.memory.create(key, text, life))
  }

  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#call('replace', () => this.memory.replace(key, expected, text, life))
  }

  remove(key: string, expected?: string): Promise<boolean> {
    return this.#call('remove', () => this.memory.remove(key, expected))
  }

  find(): AsyncIterable<readonly StoredText[]> {
    return this.memory.find()
  }

  async close(): Promise<void> {}

  async #call<T>(verb: Verb, call: () => Promise<T>): Promise<T> {
    this.calls.push(verb)
    const fate = this.#fates.get(verb)?.shift() ?? this.#always
    if (fate === 'offline') throw new StoreUnavailableError('offline', { unsent: true })
    if (fate === 'hangs') return new Promise<never>(() => {})
    if (fate === 'lost') throw new StoreUnavailableError('lost', { unsent: false })
    if (typeof fate === 'function') await fate()
    const result = await call()
    if (fate === 'replyLost') throw new StoreUnavailableError('reply lost', { unsent: false })
    return result
  }
}

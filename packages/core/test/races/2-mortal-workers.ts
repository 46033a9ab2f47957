import { pause } from '../../src/clock.ts'
import type { Clock } from '../../src/clock.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import type { EntryLife, RecordStore } from '../../src/records/record-store.ts'
import { StoreUnavailableError } from '../../src/records/store-unavailable.ts'
import type { OpenedSession } from '../../src/session-manager.ts'
import { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { VirtualClock } from '../search/virtual-clock.ts'
import { silentLogger } from '../search/world.ts'

/**
 * What hits one call. `killed`: the worker dies before it is sent, or `killedAfter` once it is applied. `refused`: not
 * applied, rejected. `lost`: applied, rejected. `mute`: applied, never answered. `late`: rejected, applied 8 s later.
 * A number: so many ms slower than others.
 */
export type Blow = 'killed' | 'killedAfter' | 'refused' | 'lost' | 'mute' | 'late' | number

/** A worker's way to the store that can be hit at any of its calls. */
class MortalStore implements RecordStore {
  readonly #inner: RecordStore
  readonly #clock: Clock
  #calls = 0
  #at = Infinity
  #blow: Blow = 'killed'
  #isDead = false

  constructor(inner: RecordStore, clock: Clock) {
    this.#inner = inner
    this.#clock = clock
  }

  /** Lets `blow` hit call number `at` from now, counted from 0. */
  hit(at: number, blow: Blow): void {
    this.#calls = 0
    this.#at = at
    this.#blow = blow
  }

  /** Whether there was a call to hit. */
  get wasHit(): boolean {
    return this.#calls > this.#at
  }

  load(key: string): Promise<string | undefined> {
    return this.#call(() => this.#inner.load(key))
  }

  create(key: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#call(() => this.#inner.create(key, text, life))
  }

  replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    return this.#call(() => this.#inner.replace(key, expected, text, life))
  }

  remove(key: string, expected?: string): Promise<boolean> {
    return this.#call(() => this.#inner.remove(key, expected))
  }

  async close(): Promise<void> {}

  async #call<T>(apply: () => Promise<T>): Promise<T> {
    const call = this.#calls
    this.#calls += 1
    if (this.#isDead) return never()
    await pause(this.#clock, 1)
    return call === this.#at ? this.#struck(apply) : apply()
  }

  async #struck<T>(apply: () => Promise<T>): Promise<T> {
    const blow = this.#blow
    this.#isDead = blow === 'killed' || blow === 'killedAfter'
    if (typeof blow === 'number') {
      await pause(this.#clock, blow)
      return apply()
    }
    if (blow === 'late') this.#clock.after(8000, () => void apply())
    if (blow === 'killedAfter' || blow === 'lost' || blow === 'mute') await apply()
    if (this.#isDead || blow === 'mute') return never()
    throw new StoreUnavailableError('The connection was lost.', { unsent: false })
  }
}

function never(): Promise<never> {
  return new Promise(() => {})
}

/** One worker that can be hit, and one that lives, over one store. */
export class MortalWorkers {
  readonly clock = new VirtualClock()
  readonly mortal: SessionManager
  readonly healthy: SessionManager
  readonly store: MortalStore
  /** That of the worker that lives. */
  readonly otherStore: MortalStore
  /** Names of the events of both, with the ids they tell of. */
  readonly events: string[] = []
  readonly #memory = new MemoryRecordStore(this.clock)

  constructor(options: SessionManagerOptions = {}) {
    this.store = new MortalStore(this.#memory, this.clock)
    this.mortal = this.#manager('w1', this.store, options)
    this.otherStore = new MortalStore(this.#memory, this.clock)
    this.healthy = this.#manager('w2', this.otherStore, options)
  }

  /** Lets time pass until `promise` settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.runUntil(promise)
  }

  /** Lets a minute pass, in which the promise may settle; its error's code, or what it is worth. */
  async aMinute(promise: Promise<unknown>): Promise<unknown> {
    let outcome: unknown = 'never settled'
    promise.then(
      () => (outcome = 'done'),
      (error: unknown) => (outcome = error instanceof Error && 'code' in error ? error.code : error),
    )
    await this.clock.run(60_000)
    return outcome
  }

  /** What a request with this id meets, at the worker that lives or at another one. */
  look(id: string, at: SessionManager = this.healthy): Promise<OpenedSession> {
    return this.run(at.open(id))
  }

  /** The session of a request with this id. */
  async open(id: string, at: SessionManager = this.healthy): Promise<Session> {
    const opened = await this.look(id, at)
    if (opened.kind === 'live') return opened.session
    throw new Error(`There is no session ${id}: ${opened.kind}.`)
  }

  /** Stores a session, as a request of its own. */
  async begin(id: string, data: Readonly<Record<string, unknown>>): Promise<Session> {
    const session = this.healthy.create({ id, data })
    await this.run(session.save())
    return session
  }

  /** Sets attributes, as a request of its own that is acknowledged. */
  async set(id: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    const session = await this.open(id)
    Object.assign(session.data, data)
    await this.run(session.save())
  }

  /** Whether `id` is of a live session; unlike a request, it changes nothing. */
  async isLive(id: string): Promise<boolean> {
    return (await this.#field(id, 'attributes')) !== undefined
  }

  /** A field of what is stored. */
  async #field(id: string, name: string): Promise<unknown> {
    const text = await this.#memory.load(id)
    const entry: unknown = text === undefined ? {} : JSON.parse(text)
    return Reflect.get(Object(entry), name)
  }

  principalOf(id: string): Promise<unknown> {
    return this.#field(id, 'principal')
  }

  previousOf(id: string): Promise<unknown> {
    return this.#field(id, 'previous')
  }

  #manager(workerName: string, recordStore: RecordStore, options: SessionManagerOptions): SessionManager {
    const manager = new SessionManager(
      { recordStore, workerName, logger: silentLogger, ...options },
      { environment: {}, clock: this.clock },
    )
    for (const name of ['created', 'destroyed', 'idChanged'] as const) {
      manager.on(name, ({ session }) => this.events.push(`${name} ${session.id}`))
    }
    return manager
  }
}

/** Runs `scene` with every call of an operation hit once, from the first to the last. */
export async function atEveryCall(scene: (at: number) => Promise<MortalWorkers>): Promise<number> {
  for (let at = 0; at < 100; at++) {
    const { store } = await scene(at)
    if (!store.wasHit) return at
  }
  throw new Error('The operation never ends.')
}

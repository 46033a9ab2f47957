import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { EntryLife, RecordStore, StoredText, WriteListener } from './record-store.ts'

interface MemoryEntry {
  readonly text: string
  /** Epoch ms from which the entry is gone. */
  readonly goneAt: number
}

const PAGE = 100
/** Entries looked at for each one that is created. */
const SWEEP_STEPS = 2

/**
 * A `RecordStore` inside this process, for tests and for `enabled: false`. Nothing survives the process, and nothing is
 * shared with another one. Expired entries go when they are met and when `find` passes them.
 */
export class MemoryRecordStore implements RecordStore {
  readonly #entries = new Map<string, MemoryEntry>()
  readonly #listeners = new Map<string, Set<WriteListener>>()
  readonly #endListeners = new Set<WriteListener>()
  readonly #clock: Clock
  #sweep = this.#entries.keys()

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  async load(key: string): Promise<string | undefined> {
    return this.#live(key)?.text
  }

  async create(key: string, text: string, life: EntryLife): Promise<boolean> {
    if (this.#live(key)) return false
    this.#put(key, text, life)
    this.#sweepSome()
    return true
  }

  async replace(key: string, expected: string, text: string, life: EntryLife): Promise<boolean> {
    if (this.#live(key)?.text !== expected) return false
    this.#put(key, text, life)
    return true
  }

  async remove(key: string, expected?: string): Promise<boolean> {
    const entry = this.#live(key)
    if (!entry || (expected !== undefined && entry.text !== expected)) return false
    return this.#entries.delete(key)
  }

  /** As often as there are managers that share this store. */
  listen(name: string, listener: WriteListener): void {
    const others = this.#listeners.get(name)
    if (others) others.add(listener)
    else this.#listeners.set(name, new Set([listener]))
  }

  /** As `listen`. */
  listenToEnds(listener: WriteListener): void {
    this.#endListeners.add(listener)
  }

  async *find(): AsyncIterable<readonly StoredText[]> {
    const keys = [...this.#entries.keys()]
    for (let start = 0; start < keys.length; start += PAGE) {
      yield keys.slice(start, start + PAGE).flatMap((key) => {
        const entry = this.#live(key)
        return entry ? [{ key, text: entry.text }] : []
      })
    }
  }

  async close(): Promise<void> {
    this.#entries.clear()
    this.#listeners.clear()
    this.#endListeners.clear()
  }

  /** Seconds that the entry still has, for tests; `undefined` when there is none. */
  secondsLeft(key: string): number | undefined {
    const entry = this.#live(key)
    return entry && (entry.goneAt - this.#clock.now()) / 1000
  }

  #put(key: string, text: string, life: EntryLife): void {
    this.#entries.set(key, { text, goneAt: this.#clock.now() + (life.seconds + (life.margin ?? 0)) * 1000 })
    if (this.#listeners.size > 0) this.#tell(key, this.#listeners.get(fieldOf(text, 'notify') ?? ''))
    if (this.#endListeners.size > 0 && fieldOf(text, 'ended') !== undefined) this.#tell(key, this.#endListeners)
  }

  #tell(key: string, listeners: Iterable<WriteListener> = []): void {
    for (const listener of listeners) queueMicrotask(() => listener.changed(key))
  }

  /** Drops the expired ones of a few entries, in turn: faster than new ones come, so that nothing piles up. */
  #sweepSome(): void {
    for (let step = 0; step < SWEEP_STEPS; step++) {
      const next = this.#sweep.next()
      if (next.done) this.#sweep = this.#entries.keys()
      else this.#live(next.value)
    }
  }

  #live(key: string): MemoryEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry && entry.goneAt > this.#clock.now()) return entry
    if (entry) this.#entries.delete(key)
    return undefined
  }
}

/** A field of the object that a text is of; `undefined`: it is not there, or no text itself. */
function fieldOf(text: string, name: string): string | undefined {
  if (!text.includes(`"${name}"`)) return undefined
  try {
    const value: unknown = Reflect.get(Object(JSON.parse(text)), name)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

import { LRUCache } from 'lru-cache'

/**
 * Values that stay with this worker: they are never turned into text, and never stored. Requests of one session share
 * them, as they are. Lost with the process, when the session goes to another worker, when it ends, and where there are too
 * many sessions.
 */
export class TransientAttributes {
  readonly #names: ReadonlySet<string>
  readonly #sessions: LRUCache<string, Map<string, unknown>>

  constructor(names: readonly string[], maxSessions: number) {
    this.#names = new Set(names)
    this.#sessions = new LRUCache({ max: maxSessions })
  }

  /** Those of one session. */
  of(key: string): SessionTransients {
    return new SessionTransients(this, key)
  }

  isTransient(name: string): boolean {
    return this.#names.has(name)
  }

  /** The values of a session; `undefined`: it has none. */
  find(key: string): ReadonlyMap<string, unknown> | undefined {
    return this.#sessions.get(key)
  }

  set(key: string, name: string, value: unknown): void {
    const values = this.#sessions.get(key)
    if (values) values.set(name, value)
    else this.#sessions.set(key, new Map([[name, value]]))
  }

  delete(key: string, name: string): void {
    this.#sessions.get(key)?.delete(name)
  }

  forget(key: string): void {
    this.#sessions.delete(key)
  }

  /** The session has another id now. */
  move(from: string, to: string): void {
    const values = this.#sessions.get(from)
    if (!values || from === to) return
    this.#sessions.delete(from)
    this.#sessions.set(to, values)
  }
}

/** The attributes of one session that are not stored. */
export class SessionTransients {
  readonly #all: TransientAttributes
  #key: string

  constructor(all: TransientAttributes, key: string) {
    this.#all = all
    this.#key = key
  }

  /** Whether an attribute of this name is one of them, set or not. */
  isTransient(name: string): boolean {
    return this.#all.isTransient(name)
  }

  names(): Iterable<string> {
    return this.#all.find(this.#key)?.keys() ?? []
  }

  has(name: string): boolean {
    return this.#all.find(this.#key)?.has(name) === true
  }

  get(name: string): unknown {
    return this.#all.find(this.#key)?.get(name)
  }

  set(name: string, value: unknown): void {
    this.#all.set(this.#key, name, value)
  }

  delete(name: string): void {
    this.#all.delete(this.#key, name)
  }

  /** The session has this id from now on. */
  move(key: string): void {
    this.#all.move(this.#key, key)
    this.#key = key
  }
}

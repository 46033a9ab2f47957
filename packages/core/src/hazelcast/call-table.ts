import type { Client } from 'hazelcast-client'

/** Calls that may be under way at once before some are kept elsewhere. */
const PLACES = 1024
/** The client counts its calls from 1. */
const FREE = 0

/**
 * The calls of a client that are under way, by their numbers, which only grow. A `Map` of entries that come and go leaves
 * tables behind that keep what was in them until everything is collected (docs/decisions/010); this has one, for ever.
 */
export class CallTable<Call> implements Map<number, Call> {
  readonly #numbers = new Float64Array(PLACES).fill(FREE)
  readonly #calls: (Call | undefined)[] = Array.from({ length: PLACES })
  /** Those whose place an older call has not left yet. */
  readonly #further: Map<number, Call>
  #size = 0

  constructor(calls: Iterable<readonly [number, Call]> = []) {
    this.#further = new Map(calls)
  }

  get(number: number): Call | undefined {
    const place = number % PLACES
    return this.#numbers[place] === number ? this.#calls[place] : this.#further.get(number)
  }

  has(number: number): boolean {
    return this.#numbers[number % PLACES] === number || this.#further.has(number)
  }

  set(number: number, call: Call): this {
    const place = number % PLACES
    const holder = this.#numbers[place]
    if (holder !== number && (holder !== FREE || this.#further.has(number))) {
      this.#further.set(number, call)
      return this
    }
    if (holder === FREE) this.#size += 1
    this.#numbers[place] = number
    this.#calls[place] = call
    return this
  }

  delete(number: number): boolean {
    const place = number % PLACES
    if (this.#numbers[place] !== number) return this.#further.delete(number)
    this.#numbers[place] = FREE
    this.#calls[place] = undefined
    this.#size -= 1
    return true
  }

  clear(): void {
    this.#numbers.fill(FREE)
    this.#calls.fill(undefined)
    this.#further.clear()
    this.#size = 0
  }

  get size(): number {
    return this.#size + this.#further.size
  }

  /** In no order. What is deleted meanwhile comes no more. */
  *entries(): MapIterator<[number, Call]> {
    for (const number of [...this.#numbers.filter((each) => each !== FREE), ...this.#further.keys()]) {
      const call = this.get(number)
      if (call !== undefined) yield [number, call]
    }
  }

  *keys(): MapIterator<number> {
    for (const [number] of this.entries()) yield number
  }

  *values(): MapIterator<Call> {
    for (const [, call] of this.entries()) yield call
  }

  forEach(visit: (call: Call, number: number, table: Map<number, Call>) => void): void {
    for (const [number, call] of this.entries()) visit(call, number, this)
  }

  [Symbol.iterator](): MapIterator<[number, Call]> {
    return this.entries()
  }

  readonly [Symbol.toStringTag] = 'CallTable'
}

/** Has a client keep its calls so. One that keeps them in another way than 5.6.0 is left as it is. */
export function giveCallTable(client: Client): void {
  const service: unknown = Reflect.get(client, 'invocationService')
  const calls: unknown = Reflect.get(Object(service), 'pending')
  if (calls instanceof Map) Reflect.set(Object(service), 'pending', new CallTable<unknown>(calls))
}

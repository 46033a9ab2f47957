import type { Clock } from '../../src/clock.ts'
import type { HazelcastClient } from '../../src/hazelcast/hazelcast-client.ts'
import type { FaultyChannel } from './faulty-channel.ts'
import type { History } from './history.ts'

interface MapEntry {
  /** What the client gave; its text is what is compared. */
  readonly value: unknown
  /** Ms that it was given; infinite for an entry that never goes. */
  readonly ttl: number
  readonly goneAt: number
}

/**
 * The members' side of one Hazelcast map, as far as sessions use it and as live members were seen to treat times to
 * live: a replaced entry gets the map's own, even if it had another one; `setTtl` counts from now, whatever the entry
 * holds.
 */
export class FakeMembers {
  readonly #entries = new Map<string, MapEntry>()
  readonly #clock: Clock
  readonly #history: History
  readonly #mapLife: number

  /** `mapLife`: the map's `time-to-live-seconds`; 0 is for ever, as in a stock cluster. */
  constructor(clock: Clock, history: History, mapLife: number) {
    this.#clock = clock
    this.#history = history
    this.#mapLife = mapLife
  }

  get(key: string): MapEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry && entry.goneAt > this.#clock.now()) return entry
    this.#entries.delete(key)
    return undefined
  }

  putIfAbsent(worker: string, key: string, value: unknown, ttl: number): unknown {
    const there = this.get(key)
    if (there) return there.value
    this.#put(worker, key, value, ttl)
    return null
  }

  replaceIfSame(worker: string, key: string, expected: unknown, value: unknown): boolean {
    const there = this.get(key)
    if (!there || String(there.value) !== String(expected)) return false
    this.#put(worker, key, value, this.#mapLife * 1000)
    return true
  }

  /** `meant`: what the caller believes to be there, for the history only. */
  setTtl(worker: string, key: string, ttl: number, meant: string): boolean {
    const there = this.get(key)
    if (!there) return false
    const life = this.#life(ttl)
    const { goneAt } = life
    this.#entries.set(key, { ...there, ...life })
    this.#history.lifeGiven({ key, worker, at: this.#clock.now(), text: String(there.value), meant, goneAt })
    return true
  }

  remove(worker: string, key: string, expected: unknown): boolean {
    if (String(this.get(key)?.value) !== String(expected)) return false
    this.delete(worker, key)
    return true
  }

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.get(key) !== undefined)
  }

  /** Also has what `others` have, of two entries the one that goes later: an `ExpirationTimeMergePolicy`. */
  merge(others: FakeMembers): void {
    for (const key of others.keys()) {
      const theirs = others.get(key)
      const ours = this.get(key)
      if (theirs && (!ours || theirs.goneAt >= ours.goneAt)) this.#entries.set(key, theirs)
    }
  }

  delete(worker: string, key: string): void {
    const there = this.get(key)
    if (!there) return
    this.#entries.delete(key)
    const now = this.#clock.now()
    this.#history.written({ key, worker, from: now, to: now, before: String(there.value), after: undefined })
  }

  #put(worker: string, key: string, value: unknown, ttl: number): void {
    const now = this.#clock.now()
    const before = this.get(key)
    const life = this.#life(ttl)
    const { goneAt } = life
    const text = String(value)
    this.#entries.set(key, { value, ...life })
    this.#history.written({ key, worker, from: now, to: now, before: before && String(before.value), after: text })
    this.#history.lifeGiven({ key, worker, at: now, text, meant: text, goneAt })
  }

  #life(given: number): Pick<MapEntry, 'ttl' | 'goneAt'> {
    const ttl = given === 0 ? Infinity : given
    return { ttl, goneAt: this.#clock.now() + ttl }
  }
}

/**
 * A client of `members`, connected by `channel`, that the Hazelcast store takes for a real one. `members`: those that a
 * call meets when it arrives.
 */
export function fakeClient(members: () => FakeMembers, worker: string, channel: FaultyChannel): HazelcastClient {
  const client: unknown = { getMap: async () => fakeMap(members, worker, channel), getConfig: () => ({}) }
  if (!isClient(client)) throw new Error('unreachable')
  return client
}

function isClient(_value: unknown): _value is HazelcastClient {
  return true
}

function fakeMap(members: () => FakeMembers, worker: string, channel: FaultyChannel): object {
  /** What the call was about that was answered last: the `setTtl` that comes at once is meant for it. */
  const answered = new Map<string, string>()
  return {
    get: async (key: string) => {
      const value: unknown = await channel.send('get', key, async () => members().get(key)?.value ?? null)
      answered.set(key, String(value))
      return value
    },
    putIfAbsent: (key: string, value: unknown, ttl: number) =>
      channel.send('putIfAbsent', key, async () => members().putIfAbsent(worker, key, value, ttl)),
    replaceIfSame: async (key: string, expected: unknown, value: unknown) => {
      const replace = async (): Promise<boolean> => members().replaceIfSame(worker, key, expected, value)
      const replaced = await channel.send('replaceIfSame', key, replace, String(value))
      answered.set(key, String(value))
      return replaced
    },
    setTtl: (key: string, ttl: number) => {
      const meant = answered.get(key) ?? ''
      return channel.send('setTtl', key, async () => members().setTtl(worker, key, ttl, meant))
    },
    delete: (key: string) => channel.send('delete', key, async () => members().delete(worker, key)),
    remove: (key: string, expected: unknown) =>
      channel.send('remove', key, async () => members().remove(worker, key, expected)),
    keySet: () => channel.send('keySet', '', async () => new Set(members().keys())),
    keySetWithPredicate: (predicate: unknown) =>
      channel.send(
        'keySet',
        '',
        async () =>
          new Set(
            members()
              .keys()
              .filter((key) => matches(predicate, members().get(key))),
          ),
      ),
    getEntryView: async (key: string) => viewOf(members().get(key)),
  }
}

/** Whether a field of the entry is smaller, which is all that sessions ask for. */
function matches(predicate: unknown, entry: MapEntry | undefined): boolean {
  const field: unknown = Reflect.get(Object(predicate), 'field')
  const bound: unknown = Reflect.get(Object(predicate), 'value')
  const value: unknown = Reflect.get(Object(JSON.parse(String(entry?.value))), String(field))
  return typeof value === 'number' && typeof bound === 'number' && value < bound
}

function viewOf(entry: MapEntry | undefined): object | null {
  // Members floor it to whole seconds.
  return entry ? { ttl: long(entry.ttl), expirationTime: long(Math.floor(entry.goneAt / 1000) * 1000) } : null
}

/** As the client gives them; what never ends is the greatest of all. */
function long(value: number): { toNumber(): number } {
  return { toNumber: () => (value === Infinity ? 2 ** 63 : value) }
}

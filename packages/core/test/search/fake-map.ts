import type { Clock } from '../../src/clock.ts'
import type { HazelcastClient } from '../../src/hazelcast/hazelcast-client.ts'
import type { FaultyChannel } from './faulty-channel.ts'
import type { History } from './history.ts'

interface MapEntry {
  /** What the client gave; its text is what is compared. */
  readonly value: unknown
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
  readonly mapLife: number

  /** `mapLife`: the map's `time-to-live-seconds`; 0 is for ever, as in a stock cluster. */
  constructor(clock: Clock, history: History, mapLife: number) {
    this.#clock = clock
    this.#history = history
    this.mapLife = mapLife
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
    this.#put(worker, key, value, this.mapLife * 1000)
    return true
  }

  /** `meant`: what the caller believes to be there, for the history only. */
  setTtl(worker: string, key: string, ttl: number, meant: string): boolean {
    const there = this.get(key)
    if (!there) return false
    const goneAt = this.#goneAt(ttl)
    this.#entries.set(key, { ...there, goneAt })
    this.#history.lifeGiven({ key, worker, at: this.#clock.now(), text: String(there.value), meant, goneAt })
    return true
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
    const goneAt = this.#goneAt(ttl)
    const text = String(value)
    this.#entries.set(key, { value, goneAt })
    this.#history.written({ key, worker, from: now, to: now, before: before && String(before.value), after: text })
    this.#history.lifeGiven({ key, worker, at: now, text, meant: text, goneAt })
  }

  #goneAt(ttl: number): number {
    return ttl === 0 ? Infinity : this.#clock.now() + ttl
  }
}

/** A client of `members`, connected by `channel`, that the Hazelcast store takes for a real one. */
export function fakeClient(members: FakeMembers, worker: string, channel: FaultyChannel): HazelcastClient {
  const client: unknown = { getMap: async () => fakeMap(members, worker, channel), getConfig: () => ({}) }
  if (!isClient(client)) throw new Error('unreachable')
  return client
}

function isClient(_value: unknown): _value is HazelcastClient {
  return true
}

function fakeMap(members: FakeMembers, worker: string, channel: FaultyChannel): object {
  const written = new Map<string, string>()
  return {
    get: (key: string) => channel.send('get', key, async () => members.get(key)?.value ?? null),
    putIfAbsent: (key: string, value: unknown, ttl: number) =>
      channel.send('putIfAbsent', key, async () => members.putIfAbsent(worker, key, value, ttl)),
    replaceIfSame: (key: string, expected: unknown, value: unknown) =>
      channel.send('replaceIfSame', key, async () => {
        const replaced = members.replaceIfSame(worker, key, expected, value)
        if (replaced) written.set(key, String(value))
        return replaced
      }),
    setTtl: (key: string, ttl: number) => {
      const meant = written.get(key) ?? ''
      return channel.send('setTtl', key, async () => members.setTtl(worker, key, ttl, meant))
    },
    delete: (key: string) => channel.send('delete', key, async () => members.delete(worker, key)),
    getEntryView: async (key: string) => ({
      ttl: { toNumber: () => ttlOf(members, key) },
    }),
  }
}

/** Only asked of an entry that was replaced just now. */
function ttlOf(members: FakeMembers, key: string): number {
  const goneAt = members.get(key)?.goneAt ?? 0
  return goneAt === Infinity ? Number.MAX_VALUE : members.mapLife * 1000
}

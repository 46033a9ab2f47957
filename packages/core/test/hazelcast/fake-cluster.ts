import hazelcast from 'hazelcast-client'
import type { ClientConfig } from 'hazelcast-client'

/** A client as far as the connection uses it. The test says what becomes of it. */
export class FakeClient {
  readonly config: ClientConfig
  readonly map: FakeMap = new FakeMap()
  isShutDown = false
  /** Whether `shutdown` is ever done. */
  shutsDown = true

  constructor(config: ClientConfig) {
    this.config = config
  }

  async getMap(): Promise<FakeMap> {
    return this.map
  }

  async shutdown(): Promise<void> {
    this.isShutDown = true
    if (!this.shutsDown) return new Promise<never>(() => {})
    this.emit('SHUTDOWN')
  }

  emit(state: 'CONNECTED' | 'DISCONNECTED' | 'SHUTDOWN'): void {
    for (const listener of this.config.lifecycleListeners ?? []) listener(hazelcast.LifecycleState[state])
  }
}

interface Start {
  readonly client: FakeClient
  readonly connect: () => void
  readonly giveUp: (reason: string) => void
}

/** What stands in the place of `Client.newHazelcastClient`: each start waits until the test decides about it. */
export class FakeCluster {
  readonly starts: Start[] = []

  newHazelcastClient(config: ClientConfig): Promise<FakeClient> {
    const client = new FakeClient(config)
    return new Promise((resolve, reject) => {
      this.starts.push({
        client,
        connect: () => resolve(client),
        giveUp: (reason) => reject(new Error(reason)),
      })
    })
  }

  start(index: number): Start {
    const start = this.starts[index]
    if (!start) throw new Error(`there was no start ${index}`)
    return start
  }
}

/** As much of a map as a probe needs. */
export class FakeMap {
  readonly entries = new Map<string, string>()
  /** Milliseconds the map gives to a replaced entry. */
  ttl = 2_000_000
  fate: 'works' | 'fails' | 'hangs' = 'works'

  async get(key: string): Promise<unknown> {
    await this.#called()
    return this.entries.get(key) ?? null
  }

  async putIfAbsent(key: string, value: unknown): Promise<unknown> {
    await this.#called()
    this.entries.set(key, String(value))
    return null
  }

  async replaceIfSame(key: string, before: unknown, after: unknown): Promise<boolean> {
    await this.#called()
    if (this.entries.get(key) !== String(before)) return false
    this.entries.set(key, String(after))
    return true
  }

  async getEntryView(): Promise<Readonly<Record<'ttl' | 'expirationTime', { toNumber(): number }>>> {
    await this.#called()
    return { ttl: { toNumber: () => this.ttl }, expirationTime: { toNumber: () => Date.now() + this.ttl } }
  }

  async delete(key: string): Promise<void> {
    await this.#called()
    this.entries.delete(key)
  }

  async #called(): Promise<void> {
    if (this.fate === 'hangs') return new Promise<never>(() => {})
    if (this.fate === 'fails') throw new Error('the member said no')
  }
}

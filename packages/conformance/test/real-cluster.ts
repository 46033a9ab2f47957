import { SessionManager } from '@hazelcast-session/core'
import type { RecordStore } from '@hazelcast-session/core'
import { LeapClock } from '@hazelcast-session/conformance'
import type { SessionsHarness, StoreHarness } from '@hazelcast-session/conformance'
import { locateJar, locateJava, startMember } from '@hazelcast-session/member'
import type { Member } from '@hazelcast-session/member'
import { Client, JsonStringDeserializationPolicy } from 'hazelcast-client'
import { CuttableProxy, freePort } from './cuttable-proxy.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
/** Ms, for a machine that is busy with other things. */
const OPERATION_TIMEOUT = 15_000

/** Of the maps of this member, those whose name begins so are configured as sessions need it; all others are stock. */
const CONFIGURED = 'configured'

/**
 * True where members can run. Without Java or a jar the tests are skipped and the reason is written out, but in CI, where
 * nobody would notice, that is an error.
 */
export const canStartMembers: boolean = await checkRequirements()

async function checkRequirements(): Promise<boolean> {
  try {
    await locateJava()
    await locateJar()
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (process.env['CI'] === 'true') throw error
    process.stderr.write(`Tests with a real member are skipped. ${reason}\n`)
    return false
  }
}

/** One member behind a proxy, and what a test needs of it. */
export class RealCluster {
  readonly #proxy: CuttableProxy
  readonly #member: Member
  readonly #client: Client
  #maps = 0

  private constructor(proxy: CuttableProxy, member: Member, client: Client) {
    this.#proxy = proxy
    this.#member = member
    this.#client = client
  }

  static async start(): Promise<RealCluster> {
    const proxy = await CuttableProxy.start()
    const member = await startMember({
      log: silent,
      port: await freePort(),
      autoIncrement: false,
      // So that clients go through the proxy also to the member that they are told of.
      publicAddress: proxy.address,
      maps: { [`${CONFIGURED}*`]: {} },
    })
    proxy.target = member.port
    const client = await Client.newHazelcastClient({
      clusterName: member.clusterName,
      network: { clusterMembers: [proxy.address] },
      serialization: { jsonStringDeserializationPolicy: JsonStringDeserializationPolicy.NO_DESERIALIZATION },
      properties: { 'hazelcast.logging.level': 'OFF' },
    })
    return new RealCluster(proxy, member, client)
  }

  async stop(): Promise<void> {
    await this.#client.shutdown()
    await this.#member.stop()
    await this.#proxy.close()
  }

  /** A store with a client of its own. */
  async storeHarness(kind: 'configured' | 'stock'): Promise<StoreHarness> {
    const mapName = `${kind}-records`
    const store = await this.#store(mapName, true)
    return {
      store,
      secondsLeft: (key) => this.#secondsLeft(mapName, key),
      foreign: {
        put: async (key) => (await this.#client.getMap<string, unknown>(mapName)).set(key, 42),
        isThere: async (key) => (await (await this.#client.getMap<string, unknown>(mapName)).get(key)) === 42,
      },
      outage: { begin: async () => this.#proxy.cut(), end: async () => this.#proxy.mend() },
      dispose: async () => {
        this.#proxy.mend()
        await store.close()
      },
    }
  }

  /** Managers over a map that nobody used before. */
  async sessionsHarness(kind: 'configured' | 'stock'): Promise<SessionsHarness> {
    const clock = new LeapClock()
    const mapName = `${kind}-sessions-${this.#maps++}`
    const store = await this.#store(mapName, false)
    await store.ready?.()
    return {
      store,
      manager: (options) =>
        new SessionManager({ ...options, client: this.#client, mapName }, { clock, environment: {} }),
      advance: (ms) => clock.leap(ms),
      dispose: async () => {
        await store.close()
        await (await this.#client.getMap(mapName)).destroy()
      },
    }
  }

  async #store(mapName: string, hasOwnClient: boolean): Promise<RecordStore> {
    const { HazelcastRecordStore } = await hazelcastRecordStores()
    return new HazelcastRecordStore({
      client: hasOwnClient ? undefined : this.#client,
      clusterName: this.#member.clusterName,
      clusterMembers: [this.#proxy.address],
      mapName,
      operationTimeout: OPERATION_TIMEOUT,
      shutdownOnDestroy: true,
      clock: new LeapClock(),
      logger: silent,
      usualLife: 2000,
    })
  }

  async #secondsLeft(mapName: string, key: string): Promise<number | undefined> {
    const map = await this.#client.getMap<string, unknown>(mapName)
    const view = await map.getEntryView(key)
    // The client says null where there is none, whatever its types say.
    if (!Object(view).key) return undefined
    const expires = view.expirationTime.toNumber()
    return expires > Number.MAX_SAFE_INTEGER ? Infinity : (expires - Date.now()) / 1000
  }
}

interface HazelcastRecordStores {
  readonly HazelcastRecordStore: new (options: object) => RecordStore
}

/**
 * The store itself, which core keeps to itself: applications get it by naming a cluster. So this is the one place that
 * knows where it is.
 */
async function hazelcastRecordStores(): Promise<HazelcastRecordStores> {
  const file = new URL('../../core/src/hazelcast/hazelcast-record-store.ts', import.meta.url)
  const stores: HazelcastRecordStores = await import(file.href)
  return stores
}

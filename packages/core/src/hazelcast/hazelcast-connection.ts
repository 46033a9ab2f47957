import hazelcast from 'hazelcast-client'
import type { Client, IMap } from 'hazelcast-client'
import type { Clock } from '../clock.ts'
import { pause, within } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { reasonOf } from '../logger.ts'
import type { StoreWatcher, WriteListener } from '../records/record-store.ts'
import { StoreUnavailableError } from '../records/store-unavailable.ts'
import { giveCallTable } from './call-table.ts'
import { clientConfig } from './client-config.ts'
import { giveListenerTurns } from './listener-turns.ts'
import { MapListener } from './map-listener.ts'
import type { PeerToPeer } from './peer-to-peer.ts'
import { MissingPackageError } from './peer-to-peer.ts'
import { probeMapLife } from './map-life-probe.ts'
import type { MapLife } from './map-life-probe.ts'
import { forgiveStalls } from './stalled-heartbeats.ts'

export interface HazelcastConnectionOptions {
  /** A client of the application's, in place of `clusterMembers`. */
  readonly client?: Client | undefined
  /** @default 'dev', as Hazelcast's own */
  readonly clusterName?: string | undefined
  readonly clusterMembers?: readonly string[] | undefined
  /** Members of our own, in place of a name and addresses; closed with the connection. */
  readonly peers?: PeerToPeer | undefined
  readonly mapName: string
  readonly operationTimeout: number
  /** `'local'`: sessions go on from copies when the connection is lost, so that no call waits for it. @default 'fail' */
  readonly onStoreError?: 'fail' | 'local' | undefined
  /** Whether `close` shuts down the client that was started here. */
  readonly shutdownOnDestroy: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** A map that can be used just now. */
export interface UsableMap extends MapLife {
  readonly map: IMap<string, unknown>
}

type State =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly usable: UsableMap }
  | { readonly kind: 'offline'; readonly reason: string; readonly isForGood?: boolean }
  | { readonly kind: 'closed' }

const DEFAULT_NAME = 'dev'

/** Ms for a client to start, and then for the map to be opened and probed. */
const START_LIMIT = 15_000
const OPEN_LIMIT = 5000
const RETRY_PAUSE = 300

/**
 * Keeps one client connected, whatever the cluster does: starts without it, comes back with it, and replaces a client
 * that has given up. Calls wait a moment for a connection that was just lost, and are refused at once after that.
 */
export class HazelcastConnection {
  readonly #options: HazelcastConnectionOptions
  #state: State = { kind: 'connecting' }
  #client: Client | undefined
  /** Belongs to the client that counts now, also while that is still starting; resolved when it has shut itself down. */
  #gone: PromiseWithResolvers = turn()
  #watcher: StoreWatcher | undefined
  readonly #listeners: MapListener[] = []
  /** Settles with the end of the connecting phase; renewed by each one. */
  #turn: PromiseWithResolvers = turn()
  /** Until then calls wait for a connection: in the first moments of the process, and after a loss. */
  #callsWaitUntil: number

  constructor(options: HazelcastConnectionOptions) {
    this.#options = options
    this.#callsWaitUntil = this.#halfBudgetFromNow
    if (options.client) mend(options.client)
    void this.#supervise()
  }

  watch(watcher: StoreWatcher): void {
    this.#watcher = watcher
  }

  listen(name: string, listener: WriteListener): void {
    this.#listeners.push(MapListener.toName(name, listener, this.#options))
  }

  listenToEnds(listener: WriteListener): void {
    const late = MapListener.toEnds(listener, this.#options)
    this.#listeners.push(late)
    if (this.#state.kind !== 'connected' || !this.#client) return
    // What was written before it listens is not told either.
    void late.attach(this.#client, this.#state.usable.map).then(() => listener.missed())
  }

  /** Of the cluster that the client is connected to, or was last. The client knows it, and has no method that says so. */
  get clusterId(): string | undefined {
    const manager: unknown = Reflect.get(Object(this.#client), 'connectionManager')
    const id: unknown = Reflect.get(Object(manager), 'clusterId')
    return id instanceof hazelcast.UUID ? id.toString() : undefined
  }

  /** The map, and what is known of it; `undefined` while it cannot be used. */
  get present(): UsableMap | undefined {
    return this.#state.kind === 'connected' ? this.#state.usable : undefined
  }

  /**
   * Resolves when the map can be used; waits as long as that takes. Rejects when the connection is closed, and when it
   * cannot come about in the life of this process.
   */
  async ready(): Promise<void> {
    while (this.#state.kind !== 'connected') {
      if (this.#state.kind === 'closed') throw this.#unavailable('it was closed')
      if (this.#state.kind === 'offline' && this.#state.isForGood === true) throw this.#unavailable(this.#state.reason)
      await this.#turn.promise
    }
  }

  /**
   * The map. Rejects at once while the cluster is away, but for half of a call's budget in which it may come: in the first
   * moments of a process, and after a loss. Members that are restarted one after the other are not all away, and yet the
   * client, which looks for those that are back once in a second, may have none of them for a moment.
   */
  async usable(): Promise<UsableMap> {
    const { clock } = this.#options
    for (;;) {
      const state = this.#state
      if (state.kind === 'connected') return state.usable
      const left = this.#callsWaitUntil - clock.now()
      const refusal = this.#unavailable(state.kind === 'offline' ? state.reason : `it is ${state.kind}`)
      if (state.kind === 'closed' || left <= 0) throw refusal
      await within(clock, left, this.#turn.promise, () => refusal)
    }
  }

  get #halfBudgetFromNow(): number {
    return this.#options.clock.now() + this.#options.operationTimeout / 2
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'closed') return
    this.#enter({ kind: 'closed' })
    await this.#shutDownOwn()
    // Last, as a client that loses its members would look for others.
    await this.#options.peers?.close()
  }

  /**
   * A call failed because its client is offline. Of a client that was given nobody tells us so in another way; it is
   * opened again, with a probe, until that succeeds.
   */
  noteOffline(): void {
    if (!this.#options.client || this.#state.kind !== 'connected') return
    this.#leave('the client is offline')
    this.#gone.resolve()
  }

  async #supervise(): Promise<void> {
    const { client } = this.#options
    while (!this.#isClosed()) {
      const gone = turn()
      this.#gone = gone
      try {
        this.#client = client ?? (await this.#start(gone))
        if (this.#isClosed()) return await this.#shutDownOwn()
        await this.#open()
        await gone.promise
      } catch (error) {
        const isForGood = error instanceof MissingPackageError
        this.#leave(reasonOf(error), isForGood)
        if (isForGood) return
        if (!client && this.#client) await this.#shutDown(this.#client)
      }
      this.#client = undefined
      if (!this.#isClosed()) await pause(this.#options.clock, RETRY_PAUSE, 'background')
    }
  }

  /** A connected client. `gone` is resolved when it has shut itself down. */
  async #start(gone: PromiseWithResolvers): Promise<Client> {
    const { clock, peers, clusterName = DEFAULT_NAME, clusterMembers = [] } = this.#options
    const place = peers ? await peers.find() : { clusterName, clusterMembers }
    if (this.#isClosed()) throw new Error('it was closed')
    const starting = hazelcast.Client.newHazelcastClient(
      clientConfig({ ...this.#options, ...place, onLifecycle: (state) => this.#onLifecycle(state, gone) }),
    )
    const late = (): Error => new Error(`no member answered within ${START_LIMIT} ms`)
    try {
      const client = await within(clock, START_LIMIT, starting, late)
      mend(client)
      giveCallTable(client)
      return client
    } catch (error) {
      // A client that comes too late is nobody's.
      starting.then((client) => this.#shutDown(client)).catch(() => {})
      throw error
    }
  }

  #onLifecycle(state: string, gone: PromiseWithResolvers): void {
    if (state === 'SHUTDOWN') gone.resolve()
    // A client that was replaced goes on through its states, but the state is another one's now.
    if (gone !== this.#gone) return
    if (state === 'DISCONNECTED' || state === 'SHUTDOWN') this.#leave('the connection to the cluster was lost')
    // The first CONNECTED comes while the client still starts.
    if (state === 'CONNECTED' && this.#client) this.#reopen(this.#client)
  }

  #reopen(client: Client): void {
    this.#open().catch((error: unknown) => {
      this.#leave(reasonOf(error))
      // Ends in SHUTDOWN, and so in a new client.
      void this.#shutDown(client)
    })
  }

  async #open(): Promise<void> {
    const { clock, mapName, logger } = this.#options
    const client = this.#client
    if (!client) return
    const late = (): Error => new Error(`the map did not answer within ${OPEN_LIMIT} ms`)
    const map = await within(clock, OPEN_LIMIT, client.getMap<string, unknown>(mapName), late)
    const listening = Promise.all(this.#listeners.map((listener) => listener.attach(client, map)))
    await within(clock, OPEN_LIMIT, listening, late)
    const life = await within(clock, OPEN_LIMIT, probeMapLife(map, clock), late)
    logger.debug(`The map gives a replaced entry ${life.entryLife} seconds (0: for ever).`)
    if (this.#client !== client || this.#isClosed()) return
    this.#enter({ kind: 'connected', usable: { map, ...life } })
    this.#options.peers?.attend(client)
  }

  #leave(reason: string, isForGood = false): void {
    if (this.#isClosed()) return
    const { kind } = this.#state
    const mayComeBack = kind === 'connected' && this.#options.onStoreError !== 'local'
    if (kind !== 'offline' || isForGood) this.#callsWaitUntil = mayComeBack ? this.#halfBudgetFromNow : 0
    this.#enter({ kind: 'offline', reason, isForGood })
    this.#options.peers?.leave()
  }

  #enter(state: State): void {
    const before = this.#state
    this.#state = state
    this.#turn.resolve()
    if (state.kind !== 'closed') this.#turn = turn()
    if (state.kind === 'connected' && before.kind !== 'connected') this.#watcher?.available()
    if (state.kind === 'offline' && before.kind !== 'offline') this.#watcher?.unavailable(state.reason)
  }

  async #shutDownOwn(): Promise<void> {
    const { client: given, shutdownOnDestroy } = this.#options
    if (this.#client && !given && shutdownOnDestroy) await this.#shutDown(this.#client)
  }

  async #shutDown(client: Client): Promise<void> {
    const { clock, logger } = this.#options
    const late = (): Error => new Error('it took too long')
    await within(clock, OPEN_LIMIT, client.shutdown(), late).catch((error: unknown) =>
      logger.debug(`Shutting down the Hazelcast client failed: ${reasonOf(error)}`),
    )
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed'
  }

  #unavailable(reason: string): StoreUnavailableError {
    return new StoreUnavailableError(`The Hazelcast cluster cannot be used: ${reason.replace(/\.$/, '')}.`, {
      unsent: true,
    })
  }
}

/** Those that were mended: an application may give one client to many managers. */
const mended = new WeakSet<Client>()

/** Faults of the client that end processes, or healthy connections. */
function mend(client: Client): void {
  if (mended.has(client)) return
  mended.add(client)
  giveListenerTurns(client)
  forgiveStalls(client)
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

function turn(): PromiseWithResolvers {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

import { pause } from '../../../src/clock.ts'
import { LateLedger } from '../late/ledger.ts'
import { beginSession, Making } from '../late/late-requests.ts'
import type { Worker, World } from '../world.ts'
import { everybody } from '../world.ts'
import type { Clusters } from './clusters.ts'
import type { CopiesRequest, CopiesScenario, Outage } from './copies-scenario.ts'
import type { StickyStore } from './sticky-store.ts'

/** Names of attributes that a worker said were changed on two sides, or too late. */
export interface Report {
  readonly worker: string
  readonly kind: 'conflict' | 'lateWrite'
  readonly names: readonly string[]
  readonly at: number
}

/** Workers with copies, and all that is to be known of what they go through. */
export interface StickyWorld extends World {
  readonly clusters: Clusters
  /** By name of the worker. */
  readonly stores: ReadonlyMap<string, StickyStore>
  readonly reports: readonly Report[]
}

/** Lets requests come and the store go away, each in its time. Resolves when all is over. */
export class CopiesPlay {
  /** Of each session, what was done to it. */
  readonly ledgers: ReadonlyMap<string, LateLedger>
  readonly #scenario: CopiesScenario
  readonly #world: StickyWorld
  #newSession: 'none' | 'begins' | 'begun' | 'failed' = 'none'

  constructor(scenario: CopiesScenario, world: StickyWorld) {
    this.#scenario = scenario
    this.#world = world
    this.ledgers = new Map(world.keys.map((key) => [key, new LateLedger()]))
  }

  async play(): Promise<void> {
    const { keys, clusters } = this.#world
    await beginSession(this.#world, this.#ledger(keys[0]))
    for (const { channel } of everybody(this.#world)) channel.isFaulty = true
    const outages = this.#playOutages()
    const running: Promise<void>[] = []
    for (const request of this.#scenario.requests) {
      await pause(this.#world.clock, request.gap)
      const worker = this.#worker(request.worker)
      if (request.aim !== 'vanish') running.push(Promise.race([this.#ask(worker, request), worker.channel.died]))
      // In a new cluster a session that is gone is created again by whoever knew it.
      else if (this.#hasOneCluster) await clusters.vanish(keys[0] ?? '')
    }
    await Promise.all([...running, outages])
  }

  async #ask(worker: Worker, request: CopiesRequest): Promise<void> {
    const [old = '', young = ''] = this.#world.keys
    const key = request.aim === 'old' ? old : young
    const namedWorker = request.isAtHome ? worker.name : undefined
    const making = new Making({ world: this.#world, worker, ledger: this.#ledger(key), key, namedWorker })
    if (key === old || this.#newSession === 'begun') return making.make(request)
    // Nobody knows an id before the answer that tells it.
    if (this.#newSession !== 'none') return
    this.#newSession = 'begins'
    this.#newSession = (await making.begin(request)) ? 'begun' : 'failed'
  }

  async #playOutages(): Promise<void> {
    for (const outage of this.#scenario.outages) {
      await pause(this.#world.clock, outage.gap)
      await this.#away(outage)
    }
  }

  async #away({ who, unnoticed, lasts, isReplaced }: Outage): Promise<void> {
    const { workers, stores, clusters } = this.#world
    const concerned = who === 'all' ? workers : [this.#worker(who)]
    // Not all of them come back in the same moment.
    const returns = concerned.map(async ({ name }, index) => {
      await stores.get(name)?.away(unnoticed, lasts + index * STAGGER)
    })
    if (isReplaced) clusters.replace()
    await Promise.all(returns)
  }

  get #hasOneCluster(): boolean {
    return !this.#scenario.outages.some(({ isReplaced }) => isReplaced)
  }

  #worker(index: number): Worker {
    const { workers } = this.#world
    const worker = workers[index % workers.length]
    if (!worker) throw new Error('There is no worker.')
    return worker
  }

  #ledger(key: string = ''): LateLedger {
    const ledger = this.ledgers.get(key)
    if (!ledger) throw new Error('There is no such session.')
    return ledger
  }
}

/** Ms. */
const STAGGER = 40

import type { Clock } from '../../src/clock.ts'
import type { Logger } from '../../src/logger.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { SessionManager } from '../../src/session-manager.ts'
import { FakeMembers, fakeClient } from './fake-map.ts'
import { FaultyChannel } from './faulty-channel.ts'
import { FaultyRecordStore } from './faulty-record-store.ts'
import { History } from './history.ts'
import { Journal } from './journal.ts'
import { seededRandom } from './random.ts'
import type { Scenario } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Worker {
  readonly name: string
  readonly manager: SessionManager
  readonly channel: FaultyChannel
}

/** Some workers, the store that they share, and what happens to both. */
export interface World {
  readonly clock: Clock
  readonly workers: readonly Worker[]
  readonly history: History
  readonly journal: Journal
  readonly keys: readonly string[]
  /** Removes an entry behind everybody's back. */
  readonly vanish: (key: string) => Promise<void>
}

type Place = Pick<SessionManagerOptions, 'client' | 'recordStore'>

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The workers of `scenario`, with a store in this process and a clock that can be wound. */
export async function virtualWorld(scenario: Scenario, clock: VirtualClock): Promise<World> {
  const history = new History()
  const place = scenario.store === 'memory' ? memoryPlace(clock, history) : mapPlace(clock, history, scenario.store)
  const world = assemble({ scenario, clock, history, keyPrefix: 'S', ...place })
  await clock.runUntil(Promise.all(world.workers.map(({ manager }) => manager.ready())))
  return world
}

export interface Assembly {
  readonly scenario: Scenario
  readonly clock: Clock & { readonly skewed?: (ms: number) => Clock }
  readonly history: History
  readonly keyPrefix: string
  readonly placeOf: (worker: string, channel: FaultyChannel) => Place
  readonly vanish: (key: string) => Promise<void>
}

export function assemble({ scenario, clock, history, keyPrefix, placeOf, vanish }: Assembly): World {
  const journal = new Journal()
  const random = seededRandom(scenario.seed)
  const workers = scenario.skews.map((skew, index): Worker => {
    const name = `w${index}`
    const planned = scenario.faults.filter((fault) => fault.worker === index)
    const channel = new FaultyChannel({
      clock,
      latency: () => random() * scenario.latency,
      faultOf: ({ call, write }) => planned.find(({ among, number }) => number === (among === 'calls' ? call : write)),
    })
    const manager = new SessionManager(
      {
        ...placeOf(name, channel),
        workerName: name,
        maxInactiveInterval: scenario.interval,
        operationTimeout: scenario.operationTimeout,
        conflict: scenario.conflict,
        logger: silentLogger,
      },
      { environment: {}, clock: clock.skewed?.(skew) ?? clock },
    )
    listen(manager, name, journal, clock)
    return { name, manager, channel }
  })
  const keys = Array.from({ length: scenario.sessions }, (_, index) => `${keyPrefix}${index}`)
  return { clock, workers, history, journal, keys, vanish }
}

function listen(manager: SessionManager, worker: string, journal: Journal, clock: Clock): void {
  manager.on('created', ({ session }) => {
    journal.created.push({ worker, key: session.id, at: clock.now() })
  })
  manager.on('destroyed', ({ session, reason }) => {
    const attributes = { ...session.attributes }
    journal.destroyed.push({ worker, key: session.id, at: clock.now(), reason, attributes })
  })
}

function memoryPlace(clock: Clock, history: History): Pick<Assembly, 'placeOf' | 'vanish'> {
  const inner = new MemoryRecordStore(clock)
  return {
    placeOf: (worker, channel) => ({
      recordStore: new FaultyRecordStore({ inner, worker, channel, clock, history }),
    }),
    vanish: async (key) => {
      const before = await inner.load(key)
      const now = clock.now()
      if (await inner.remove(key)) {
        history.written({ key, worker: 'nobody', from: now, to: now, before, after: undefined })
      }
    },
  }
}

function mapPlace(clock: Clock, history: History, mapLife: number): Pick<Assembly, 'placeOf' | 'vanish'> {
  const members = new FakeMembers(clock, history, mapLife)
  return {
    placeOf: (worker, channel) => ({ client: fakeClient(members, worker, channel) }),
    vanish: async (key) => members.delete('nobody', key),
  }
}

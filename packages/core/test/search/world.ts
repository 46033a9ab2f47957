import type { Clock } from '../../src/clock.ts'
import type { Logger } from '../../src/logger.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { SessionManager } from '../../src/session-manager.ts'
import { FakeMembers, fakeClient } from './fake-map.ts'
import type { ChannelOptions } from './faulty-channel.ts'
import { FaultyChannel } from './faulty-channel.ts'
import { FaultyRecordStore } from './faulty-record-store.ts'
import { History } from './history.ts'
import { Journal } from './journal.ts'
import { seededRandom } from './random.ts'
import type { Surroundings } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Worker {
  readonly name: string
  readonly manager: SessionManager
  readonly channel: FaultyChannel
  /** Ms by which its clock is ahead. */
  readonly skew: number
  readonly listens: boolean
}

/** Some workers, the store that they share, and what happens to both. */
export interface World {
  readonly clock: Clock
  readonly workers: readonly Worker[]
  /** One more, whose clock is so wrong that it should leave the sweeping to others. */
  readonly stray: Worker | undefined
  readonly history: History
  readonly journal: Journal
  readonly keys: readonly string[]
  /** Removes an entry behind everybody's back. */
  readonly vanish: (key: string) => Promise<void>
  /** The entries of a map, with the time at which each goes. */
  readonly left: () => readonly (readonly [key: string, goneAt: number])[]
}

type Place = Pick<SessionManagerOptions, 'client' | 'recordStore'>

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The workers of `scenario`, with a store in this process and a clock that can be wound. */
export async function virtualWorld(scenario: Surroundings, clock: VirtualClock): Promise<World> {
  const history = new History()
  const place = scenario.store === 'memory' ? memoryPlace(clock, history) : mapPlace(clock, history, scenario.store)
  const world = assemble({ scenario, clock, history, keyPrefix: 'S', ...place })
  await clock.runUntil(Promise.all(everybody(world).map(({ manager }) => manager.ready())))
  return world
}

/** All workers that there are. */
export function everybody({ workers, stray }: World): readonly Worker[] {
  return stray ? [...workers, stray] : workers
}

/** Everything that a worker keeps the store by. */
interface Way {
  readonly worker: string
  readonly channel: FaultyChannel
  readonly skew: number
}

export interface Assembly {
  readonly scenario: Surroundings
  readonly clock: Clock & { readonly skewed?: (ms: number) => Clock }
  readonly history: History
  readonly keyPrefix: string
  readonly placeOf: (way: Way) => Place
  readonly vanish: World['vanish']
  readonly left?: World['left']
  /** Of every manager, beside those that `scenario` says. */
  readonly options?: SessionManagerOptions
}

export function assemble(assembly: Assembly): World {
  const { scenario, clock, history, keyPrefix, vanish, left = () => [] } = assembly
  const journal = new Journal()
  const hire = workerOf(assembly, journal)
  const workers = scenario.skews.map((skew, index) => hire(index, skew, scenario.listens[index] === true))
  const stray = scenario.stray === 0 ? undefined : hire(workers.length, scenario.stray, true)
  const keys = Array.from({ length: scenario.sessions }, (_, index) => `${keyPrefix}${index}`)
  return { clock, workers, stray, history, journal, keys, vanish, left }
}

function workerOf({ scenario, clock, placeOf, options }: Assembly, journal: Journal) {
  const random = seededRandom(scenario.seed)
  return (index: number, skew: number, listens: boolean): Worker => {
    const name = `w${index}`
    const channel = new FaultyChannel({ clock, latency: () => random() * scenario.latency, ...hits(scenario, index) })
    const own = mortal(clock.skewed?.(skew) ?? clock, channel)
    const manager = new SessionManager(
      {
        ...placeOf({ worker: name, channel, skew }),
        ...optionsOf(scenario),
        ...options,
        workerName: name,
        logger: silentLogger,
      },
      { environment: {}, clock: own },
    )
    const worker: Worker = { name, manager, channel, skew, listens }
    listen(worker, journal, clock)
    return worker
  }
}

function optionsOf(scenario: Surroundings): SessionManagerOptions {
  const { interval, absoluteTimeout, cleanUpPeriod, margin, operationTimeout, conflict, savePeriod } = scenario
  return {
    maxInactiveInterval: interval,
    ...(absoluteTimeout > 0 && { absoluteTimeout }),
    cleanUpPeriod,
    endedMarkerMargin: margin,
    operationTimeout,
    conflict,
    savePeriod,
  }
}

/** What hits the calls of one worker. */
function hits({ faults, deaths }: Surroundings, index: number): Pick<ChannelOptions, 'faultOf' | 'deathOf'> {
  const planned = faults.filter(({ worker }) => worker === index)
  const fatal = deaths.filter(({ worker }) => worker === index)
  return {
    faultOf: ({ numbers }) => planned.find(({ among, number }) => numbers[among] === number),
    deathOf: ({ numbers }) => fatal.find(({ among, number }) => numbers[among] === number)?.when,
  }
}

/** A clock on which nothing happens any more to a worker that died. */
function mortal(clock: Clock, channel: FaultyChannel): Clock {
  const alive = (task: () => void) => (): void => {
    if (channel.diedAt === undefined) task()
  }
  return { now: () => clock.now(), after: (ms, task, ground) => clock.after(ms, alive(task), ground) }
}

function listen({ name: worker, manager, channel, listens }: Worker, journal: Journal, clock: Clock): void {
  const isAlive = (): boolean => channel.diedAt === undefined
  manager.on('created', ({ session }) => {
    if (isAlive()) journal.created.push({ worker, key: session.id, at: clock.now() })
  })
  if (!listens) return
  manager.on('destroyed', ({ session, reason }) => {
    const attributes = { ...session.attributes }
    if (isAlive()) journal.destroyed.push({ worker, key: session.id, at: clock.now(), reason, attributes })
  })
}

function memoryPlace(clock: Clock, history: History): Pick<Assembly, 'placeOf' | 'vanish'> {
  const inner = new MemoryRecordStore(clock)
  return {
    placeOf: ({ worker, channel, skew }) => ({
      recordStore: new FaultyRecordStore({ inner, worker, channel, clock, history, skew }),
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

function mapPlace(clock: Clock, history: History, mapLife: number): Pick<Assembly, 'placeOf' | 'vanish' | 'left'> {
  const members = new FakeMembers(clock, history, mapLife)
  return {
    placeOf: ({ worker, channel }) => ({ client: fakeClient(() => members, worker, channel) }),
    vanish: async (key) => members.delete('nobody', key),
    left: () => members.keys().map((key) => [key, members.get(key)?.goneAt ?? 0]),
  }
}

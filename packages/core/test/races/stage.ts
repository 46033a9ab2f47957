import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { fakeClient } from '../search/fake-map.ts'
import type { ChannelOptions, Fault } from '../search/faulty-channel.ts'
import { FaultyChannel, isOfSweep } from '../search/faulty-channel.ts'
import { FaultyRecordStore } from '../search/faulty-record-store.ts'
import { History } from '../search/history.ts'
import { SplitMembers } from '../search/split/split-members.ts'
import { VirtualClock } from '../search/virtual-clock.ts'
import { silentLogger } from '../search/world.ts'

export interface StageOptions extends SessionManagerOptions {
  /** A Hazelcast map of members that know nothing of sessions, in place of a plain store. */
  readonly isStockMap?: boolean
  /** A Hazelcast map that gives its entries so many seconds. */
  readonly mapLife?: number
  /** Ms by which the clocks of the workers are ahead. */
  readonly skews?: Readonly<Record<'w1' | 'w2', number>>
}

export interface Actor {
  readonly manager: SessionManager
  /** Lets this fault hit the worker's next call of `verb` for the session, claims by a sweep included. */
  hit(verb: string, fault: Fault): void
  /** Lets it hit the next call of `verb` that a sweep makes for its lease, or to find what expired. */
  hitSweep(verb: string, fault: Fault): void
  /** The worker dies: nothing it sends arrives any more. */
  die(): void
}

export interface Ended {
  readonly worker: string
  readonly reason: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The session's id in every scene. */
export const ID = 'S'

/** Two workers, one store, and time that stands still until somebody waits. A message takes one ms. */
export class Stage {
  readonly clock = new VirtualClock()
  readonly history = new History()
  readonly w1: Actor
  readonly w2: Actor
  /** Attributes of every session that ended, as `destroyed` told of them. */
  readonly destroyed: Readonly<Record<string, unknown>>[] = []
  /** The same, with who told of it and why. */
  readonly ended: Ended[] = []
  readonly #memory = new MemoryRecordStore(this.clock)
  /** Of the map: when they are split, `w1` talks to the larger half and `w2` to the smaller one. */
  readonly members: SplitMembers

  constructor(options: StageOptions = {}) {
    this.members = new SplitMembers(this.clock, this.history, options.mapLife ?? 0)
    this.w1 = this.#actor('w1', options)
    this.w2 = this.#actor('w2', options)
  }

  /** Lets time pass until `promise` settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.runUntil(promise)
  }

  /** Lets time pass until `promise` settles, and returns the code it fails with. */
  async failure(promise: Promise<unknown>): Promise<unknown> {
    return this.run(
      promise.then(
        () => 'no failure',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      ),
    )
  }

  wait(ms: number): Promise<void> {
    return this.clock.run(ms)
  }

  /** A stored session, as its first request made it. */
  async begin(data: Readonly<Record<string, unknown>> = {}): Promise<Session> {
    await this.run(Promise.all([this.w1.manager.ready(), this.w2.manager.ready()]))
    const session = this.w1.manager.create({ id: ID, data })
    await this.run(session.save())
    return session
  }

  /** The session, as a request on that worker sees it. */
  async load({ manager }: Actor): Promise<Session> {
    const session = await this.run(manager.load(ID))
    if (!session) throw new Error('There is no such session.')
    return session
  }

  /** What a request sees now; `undefined`: no session. */
  async stored(): Promise<Record<string, unknown> | undefined> {
    const session = await this.run(this.w2.manager.load(ID))
    return session && { ...session.data }
  }

  /** Removes the entry behind everybody's back. */
  async vanish(): Promise<void> {
    await this.#memory.remove(ID)
  }

  /** Seconds that the entry still has. */
  secondsLeft(): number {
    const goneAt = this.history.lives.findLast(({ key }) => key === ID)?.goneAt ?? 0
    return (goneAt - this.clock.now()) / 1000
  }

  #actor(worker: 'w1' | 'w2', { isStockMap = false, mapLife, skews, ...options }: StageOptions): Actor {
    const { clock, history } = this
    const faults = new Map<string, Fault>()
    const sweepFaults = new Map<string, Fault>()
    const take = (from: Map<string, Fault>, verb: string): Fault | undefined => {
      const fault = from.get(verb)
      from.delete(verb)
      return fault
    }
    const faultOf: ChannelOptions['faultOf'] = (call) => {
      if (isOfSweep(call)) return take(sweepFaults, call.verb)
      return call.key === ID ? take(faults, call.verb) : undefined
    }
    const channel = new FaultyChannel({ clock, latency: () => 1, faultOf })
    channel.isFaulty = true
    const side = worker === 'w1' ? 'larger' : 'smaller'
    const isMap = isStockMap || mapLife !== undefined
    const place = isMap
      ? { client: fakeClient(() => this.members.of(side), worker, channel) }
      : { recordStore: new FaultyRecordStore({ inner: this.#memory, worker, channel, clock, history }) }
    const manager = new SessionManager(
      { ...place, workerName: worker, logger: silentLogger, ...options },
      { environment: {}, clock: clock.skewed(skews?.[worker] ?? 0) },
    )
    manager.on('destroyed', ({ session, reason }) => {
      this.destroyed.push({ ...session.attributes })
      this.ended.push({ worker, reason, data: { ...session.attributes } })
    })
    return {
      manager,
      hit: (verb, fault) => faults.set(verb, fault),
      hitSweep: (verb, fault) => sweepFaults.set(verb, fault),
      die: () => {
        channel.diedAt = clock.now()
      },
    }
  }
}

/** One more, for `update`. */
export function increment(data: Record<string, unknown>): number {
  const count = Number(data['count'] ?? 0) + 1
  data['count'] = count
  return count
}

import hazelcast from 'hazelcast-client'
import type { Client, EntryEvent, IMap, Predicate } from 'hazelcast-client'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { reasonOf } from '../logger.ts'
import type { WriteListener } from '../records/record-store.ts'

interface MapListenerOptions {
  readonly clock: Clock
  readonly logger: Logger
}

/** Ms within which the client listens again after it found a member: it looks for members once in a second. */
const DEAF = 2000

/** What is listened for, and what it means not to be told of it. */
interface Subject {
  readonly predicate: Predicate
  readonly loss: string
}

/**
 * Hears of entries that are written with certain fields. Members look at the new value, so a worker is told of what
 * concerns it and of nothing else (docs/decisions/008). Registered once for each client, which registers it again at every
 * member that it connects to; what is written in between is not told, and therefore counts as missed.
 */
export class MapListener {
  readonly #subject: Subject
  readonly #listener: WriteListener
  readonly #options: MapListenerOptions
  #client: Client | undefined

  private constructor(subject: Subject, listener: WriteListener, options: MapListenerOptions) {
    this.#subject = subject
    this.#listener = listener
    this.#options = options
  }

  /** Of entries whose field `notify` is this worker's name. */
  static toName(name: string, listener: WriteListener, options: MapListenerOptions): MapListener {
    const loss = 'when another one changes its sessions: $. It sees that after `stalePeriod` at the latest.'
    return new MapListener({ predicate: hazelcast.Predicates.equal('notify', name), loss }, listener, options)
  }

  /** Of the markers that stay in the place of sessions that ended. */
  static toEnds(listener: WriteListener, options: MapListenerOptions): MapListener {
    const loss = 'when sessions end that have an open socket: $. It sees that when it looks next (`checkPeriod`).'
    return new MapListener({ predicate: hazelcast.Predicates.like('ended', '%'), loss }, listener, options)
  }

  /** To be called whenever a client is connected. Never rejects: who is not told of writes asks more often. */
  async attach(client: Client, map: IMap<string, unknown>): Promise<void> {
    if (this.#client === client) return this.#missed()
    this.#client = client
    try {
      const changed = ({ key }: EntryEvent<string, unknown>): void => {
        if (typeof key === 'string') this.#listener.changed(key)
      }
      const missed = (): void => this.#listener.missed()
      const listener = { added: changed, updated: changed, removed: changed, evicted: changed, expired: changed }
      const whole = { ...listener, mapCleared: missed, mapEvicted: missed }
      await map.addEntryListenerWithPredicate(whole, this.#subject.predicate, undefined, false)
      const moved = (): void => this.#missed()
      client.getCluster().addMembershipListener({ memberAdded: moved, memberRemoved: moved })
    } catch (error) {
      this.#options.logger.warn(`This worker is not told ${this.#subject.loss.replace('$', () => reasonOf(error))}`)
    }
  }

  /** Now, and until the client listens at every member. */
  #missed(): void {
    this.#listener.missed()
    this.#options.clock.after(DEAF, () => this.#listener.missed(), 'background')
  }
}

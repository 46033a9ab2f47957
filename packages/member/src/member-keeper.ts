import { createHash } from 'node:crypto'
import { configuredClusterName } from './configured-name.ts'
import { requireValidKeepOptions, splitAddress, withPorts, type KeepMemberOptions } from './keep-options.ts'
import { isLocal } from './local-hosts.ts'
import { bulleted, MemberError } from './member-error.ts'
import { stderrLog, type MemberLog } from './member-log.ts'
import type { StartMemberOptions } from './member-options.ts'
import { describePlace, Neighbourhood, type Examine, type Place } from './neighbourhood.ts'
import { examine } from './port-probe.ts'
import { readUserConfig } from './user-config.ts'
import { StartLock } from './start-lock.ts'
import { startMember, type Member } from './start-member.ts'

/** Where a client finds the cluster. */
export interface Whereabouts {
  readonly clusterName: string
  /** `host:port` of members that take clients, or did a moment ago. */
  readonly addresses: readonly string[]
}

/** What the keeper needs of the world; tests bring their own. Times in ms. */
export interface KeeperSurroundings {
  readonly start: (options: StartMemberOptions) => Promise<Member>
  readonly examine: Examine
  readonly takeLock: (name: string) => Promise<Pick<StartLock, 'release'> | undefined>
  /** How often it looks whether a member is missing. */
  readonly period: number
  /** How long something may be silent that is a member. */
  readonly silence: number
  /** The pause after the first failed start; it doubles up to twelve times this. */
  readonly pause: number
}

const REAL: KeeperSurroundings = {
  start: startMember,
  examine,
  takeLock: (name) => StartLock.take(name),
  period: 1000,
  silence: 10_000,
  pause: 5000,
}

/** A member that ends within so many ms of its start counts as a failed start. */
const SHORT_LIFE = 15_000
const LONGEST_PAUSE = 12

/**
 * Members that did not find each other at their start look again so often, in seconds. Hazelcast's own defaults are five and two
 * minutes, in which two halves of a cluster would each take sessions.
 */
const LOOK_AGAIN = { 'hazelcast.merge.first.run.delay.seconds': 20, 'hazelcast.merge.next.run.delay.seconds': 20 }

/**
 * Sees to it that this machine has a member of the cluster: uses what other processes have started, and starts one beside this process
 * when one is missing, at the beginning and whenever one is lost. Of several processes one does so.
 *
 * @throws {MemberError} `INVALID_OPTION`. All else is tried again, written to the log, and told by `whereabouts`.
 */
export function keepMember(options: KeepMemberOptions): MemberKeeper {
  return new MemberKeeper(options)
}

/** See `keepMember`. */
export class MemberKeeper {
  readonly #options: KeepMemberOptions
  readonly #surroundings: KeeperSurroundings
  readonly #log: MemberLog
  readonly #neighbourhood: Neighbourhood
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #own: Member | undefined
  /** Members that a connected client sees; undefined while there is no such client. */
  #seen: readonly string[] | undefined
  #failure: Error | undefined
  #failures = 0
  #notBefore = 0
  #wake: () => void = () => {}
  /** Settled at the end of each round. */
  #round: PromiseWithResolvers = settlable()

  /** @internal use `keepMember` */
  constructor(options: KeepMemberOptions, surroundings: Partial<KeeperSurroundings> = {}) {
    requireValidKeepOptions(options)
    this.#options = options
    this.#surroundings = { ...REAL, ...surroundings }
    this.#log = options.log ?? stderrLog
    const addresses = withPorts(options.clusterMembers)
    this.#neighbourhood = new Neighbourhood({ ...this.#surroundings, addresses })
    this.#running = this.#keep()
  }

  /** The member beside this process, if this process has one. */
  get member(): Member | undefined {
    return this.#own
  }

  /**
   * Where clients find the cluster, as soon as a member is there.
   *
   * @throws {MemberError} why there is none and none could be started; it is tried again all the same, so ask again. `ABORTED`: closed.
   */
  async whereabouts(): Promise<Whereabouts> {
    for (;;) {
      await this.#round.promise
      if (this.#closing.signal.aborted) throw new MemberError('ABORTED', 'The keeper of the member was closed.')
      const addresses = [...new Set([...(this.#own ? [this.#own.address] : []), ...this.#neighbourhood.members])]
      if (addresses.length > 0) return { clusterName: await this.#clusterName(), addresses }
      if (this.#failure) throw this.#failure
    }
  }

  /** Tells which members a connected client sees, at every change; undefined: it is not connected any more. */
  noteMembers(addresses: readonly string[] | undefined): void {
    this.#seen = addresses
    this.#wake()
  }

  /** Stops keeping, and the member beside this process unless `stopMember` is false. Idempotent. */
  async close({ stopMember = true }: { readonly stopMember?: boolean } = {}): Promise<void> {
    this.#closing.abort(new Error('The keeper was closed.'))
    this.#wake()
    await this.#running
    if (stopMember) await this.#own?.stop()
  }

  async #keep(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#fillVacancy().catch((error: unknown) => this.#fail(error))
      const { resolve } = this.#round
      this.#round = settlable()
      resolve()
      if (!this.#closing.signal.aborted) await this.#untilNextRound()
    }
    this.#round.resolve()
  }

  async #untilNextRound(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      setTimeout(resolve, this.#surroundings.period).unref()
    })
  }

  async #fillVacancy(): Promise<void> {
    const clusterName = await this.#clusterName()
    if (this.#seen === undefined) await this.#neighbourhood.look(clusterName)
    const known = this.#seen === undefined ? this.#neighbourhood.ownMembers : this.#seenHere()
    if (this.#own || known >= this.#wanted || performance.now() < this.#notBefore) return
    const lock = await this.#surroundings.takeLock(lockNameOf(clusterName))
    if (!lock) return
    try {
      // Others may have started theirs meanwhile.
      await this.#neighbourhood.look(clusterName)
      const { ownMembers, isUnsettled } = this.#neighbourhood
      if (!isUnsettled && Math.max(ownMembers, this.#seenHere()) < this.#wanted) await this.#start(clusterName)
    } finally {
      await lock.release()
    }
  }

  get #wanted(): number {
    return this.#options.membersPerHost ?? 1
  }

  #seenHere(): number {
    return (this.#seen ?? []).filter((address) => isLocal(splitAddress(address)[0])).length
  }

  async #start(clusterName: string): Promise<void> {
    const place = this.#options.configFile === undefined ? this.#freePlace() : undefined
    this.#log.debug(`This machine lacks a member of the cluster "${clusterName}"; starting one.`)
    const startedAt = performance.now()
    try {
      this.#own = await this.#surroundings.start(await this.#startOptions(clusterName, place))
    } catch (error) {
      await this.#neighbourhood.look(clusterName)
      // Somebody who does not know of the lock was faster: no failure, and not to be told.
      if (!place || !this.#isTaken(place)) throw error
      return
    }
    this.#failure = undefined
    void this.#own.exited.then(() => this.#lost(performance.now() - startedAt))
    await this.#neighbourhood.look(clusterName)
    this.#warnWhenHidden(this.#own.address)
  }

  /** `place`: where to listen; none: the configuration file says that, and whom to join. */
  async #startOptions(clusterName: string, place: Place | undefined): Promise<StartMemberOptions> {
    const { clusterName: givenName, clusterMembers: _, membersPerHost: __, ...given } = this.#options
    const shared = { ...given, log: this.#log, signal: this.#closing.signal }
    if (place) {
      const { ip: host = '127.0.0.1', port } = place
      const properties = { ...LOOK_AGAIN, ...given.properties }
      return {
        ...shared,
        properties,
        clusterName,
        host,
        port,
        autoIncrement: false,
        members: this.#neighbourhood.joinable,
      }
    }
    const text = (await this.#configText()) ?? ''
    const maps = Object.entries(given.maps ?? {}).filter(([name]) => !text.includes(name))
    return { ...shared, ...(givenName === undefined ? {} : { clusterName }), maps: Object.fromEntries(maps) }
  }

  /** Where the next member of this machine listens. */
  #freePlace(): Place {
    const { own } = this.#neighbourhood
    const free = own.find(({ occupant }) => occupant === 'none')
    if (free) return free
    if (own.length > 0)
      throw new MemberError(
        'NO_ADDRESS',
        `No Hazelcast member could be started: each of this machine's addresses in clusterMembers is taken.${bulleted(own.map(describePlace))}\n` +
          'Free one, or name others: clusterMembers takes any `host:port`. All processes of a cluster need the same list.',
      )
    throw new MemberError(
      'NO_ADDRESS',
      `No Hazelcast member could be started: none of clusterMembers (${withPorts(this.#options.clusterMembers).join(', ')}) is an address of ` +
        'this machine. Add the one under which the others reach it. (A name counts once it can be resolved.)',
    )
  }

  #isTaken({ address }: Place): boolean {
    return this.#neighbourhood.own.some((place) => place.address === address && place.occupant !== 'none')
  }

  #warnWhenHidden(address: string): void {
    if (this.#options.configFile === undefined || this.#neighbourhood.members.length > 0) return
    this.#log.warn(
      `The Hazelcast member listens on ${address}, as its configuration says, and no address in clusterMembers leads to it. So other ` +
        `processes of this machine will each start one, too. Name it in each of them: clusterMembers: ['${address}'].`,
    )
  }

  #lost(lived: number): void {
    this.#own = undefined
    if (this.#closing.signal.aborted) return
    if (lived >= SHORT_LIFE) this.#failures = 0
    // The first time it is replaced at once; what dies again and again is not.
    if (++this.#failures > 1) this.#waitBeforeNext()
    this.#log.warn('A process of this machine will start another Hazelcast member in its place.')
    this.#wake()
  }

  #fail(thrown: unknown): void {
    if (this.#closing.signal.aborted) return
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const isNews = error.message !== this.#failure?.message
    this.#failure = error
    this.#failures++
    this.#waitBeforeNext()
    if (isNews)
      this.#log.error(`${error.message}\n(It is tried again, which is not written here unless something else fails.)`)
  }

  #waitBeforeNext(): void {
    const times = Math.min(2 ** (this.#failures - 1), LONGEST_PAUSE)
    this.#notBefore = performance.now() + this.#surroundings.pause * times
  }

  async #clusterName(): Promise<string> {
    const name = this.#own?.clusterName ?? this.#options.clusterName
    if (name !== undefined) return name
    const configured = configuredClusterName((await this.#configText()) ?? '')
    if (configured !== undefined) return configured
    throw new MemberError(
      'INVALID_OPTION',
      `The cluster's name in ${this.#options.configFile} is made of a variable: write the name itself there, or give \`clusterName\`.`,
    )
  }

  async #configText(): Promise<string | undefined> {
    const { configFile } = this.#options
    return configFile === undefined ? undefined : readUserConfig(configFile)
  }
}

/** Any cluster's name as part of a file's. */
function lockNameOf(clusterName: string): string {
  return `member-of-${createHash('sha256').update(clusterName).digest('hex').slice(0, 16)}`
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

function settlable(): PromiseWithResolvers {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

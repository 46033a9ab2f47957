import type { Client } from 'hazelcast-client'
import type { CancelTimer, Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'

const PACKAGE = '@hazelcast-session/member'
/** Ms that members which start together get to find each other, before one of them is called lonely. */
const SETTLING = 5000
/** Seconds that the members keep an entry at least: the net under what nobody ends. */
const NET = 7200
const DEFAULT_NAME = 'hazelcast-session'

/** Of a `MemberKeeper`, what is used here. */
interface Keeper {
  whereabouts(): Promise<{ readonly clusterName: string; readonly addresses: readonly string[] }>
  noteMembers(addresses: readonly string[] | undefined): void
  close(options: { readonly stopMember: boolean }): Promise<void>
}

interface KeeperOptions {
  readonly clusterName: string | undefined
  readonly clusterMembers: readonly string[] | undefined
  readonly membersPerHost: number | undefined
  readonly profile: 'development' | 'production'
  readonly maps: Readonly<Record<string, { readonly timeToLiveSeconds: number }>>
  readonly configFile?: string
  readonly log: Logger
}

interface MemberPackage {
  keepMember(options: KeeperOptions): Keeper
}

/** Nobody who does not run peer-to-peer loads it, or needs to have it: bundlers would want it to be there. */
const importPackage = (): Promise<MemberPackage> =>
  import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@hazelcast-session/member')

export interface PeerToPeerOptions {
  readonly clusterName?: string | undefined
  readonly clusterMembers?: readonly string[] | undefined
  readonly memberConfigLocation?: string | undefined
  readonly membersPerHost?: number | undefined
  readonly mapName: string
  /** Seconds that an ordinary session needs. */
  readonly usualLife: number
  readonly isProduction: boolean
  /** Whether `close` stops the member beside this process. */
  readonly shutdownOnDestroy: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** Where a client finds the cluster. */
export interface ClusterPlace {
  readonly clusterName: string
  readonly clusterMembers: readonly string[]
}

/** That this process can never bring a member, whatever happens. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError'
}

/**
 * The application as its own cluster: sees to it that this host has a member, and knows where the members are. What it
 * cannot do it says, and tries again; it starts nothing that the caller has to wait for.
 */
export class PeerToPeer {
  readonly #options: PeerToPeerOptions
  readonly #keeper: Promise<Keeper>
  #attended: Client | undefined
  #isTold = false
  #cancelLonely: CancelTimer = () => {}

  constructor(options: PeerToPeerOptions, load: () => Promise<MemberPackage> = importPackage) {
    this.#options = options
    this.#keeper = this.#keep(load)
    // Whoever asks where the cluster is gets it.
    this.#keeper.catch((error: unknown) => options.logger.error(String(error instanceof Error ? error.message : error)))
  }

  /**
   * Resolves as soon as a member of the cluster takes clients. Rejects with why there is none and none could be started; that
   * is tried again meanwhile. Rejects with `MissingPackageError` when it is of no use to ask again.
   */
  async find(): Promise<ClusterPlace> {
    const { clusterName, addresses } = await (await this.#keeper).whereabouts()
    return { clusterName, clusterMembers: addresses }
  }

  /** This client is connected: it sees which members there are. */
  attend(client: Client): void {
    const tell = (): void => {
      if (this.#attended === client) this.#noteMembers(addressesIn(client))
    }
    if (this.#attended !== client) {
      client.getCluster().addMembershipListener({ memberAdded: tell, memberRemoved: tell })
    }
    this.#attended = client
    tell()
  }

  /** No client is connected any more. */
  leave(): void {
    this.#attended = undefined
    this.#cancelLonely()
    void this.#withKeeper((keeper) => keeper.noteMembers(undefined))
  }

  async close(): Promise<void> {
    this.#attended = undefined
    this.#cancelLonely()
    await this.#withKeeper((keeper) => keeper.close({ stopMember: this.#options.shutdownOnDestroy }))
  }

  async #keep(load: () => Promise<MemberPackage>): Promise<Keeper> {
    const { clusterName, memberConfigLocation: configFile, clusterMembers, membersPerHost } = this.#options
    const { mapName, usualLife, isProduction, logger } = this.#options
    const member = await load().catch((cause: unknown) => Promise.reject(missingPackage(cause)))
    return member.keepMember({
      clusterName: clusterName ?? (configFile === undefined ? DEFAULT_NAME : undefined),
      clusterMembers,
      membersPerHost,
      profile: isProduction ? 'production' : 'development',
      maps: { [mapName]: { timeToLiveSeconds: Math.max(NET, Math.ceil(usualLife)) } },
      ...(configFile === undefined ? {} : { configFile }),
      log: logger,
    })
  }

  async #withKeeper(act: (keeper: Keeper) => Promise<void> | void): Promise<void> {
    const keeper = await this.#keeper.catch(() => undefined)
    if (keeper) await act(keeper)
  }

  #noteMembers(addresses: readonly string[]): void {
    void this.#withKeeper((keeper) => keeper.noteMembers(addresses))
    this.#cancelLonely()
    if (addresses.length === 1 && !this.#isTold) {
      this.#cancelLonely = this.#options.clock.after(SETTLING, () => this.#warnLonely(), 'background')
    }
    if (addresses.length > 1 && this.#isTold) {
      this.#isTold = false
      this.#options.logger.warn(`There are ${addresses.length} Hazelcast members again: sessions get a backup.`)
    }
  }

  #warnLonely(): void {
    this.#isTold = true
    this.#options.logger.warn(
      'There is only one Hazelcast member, so no session has a backup: all are lost when it ends. Run the application on a ' +
        'second host, or two processes of it here with `membersPerHost: 2`. (Said once, until there are more.)',
    )
  }
}

function addressesIn(client: Client): string[] {
  return client
    .getCluster()
    .getMembers()
    .map(({ address: { host, port } }) => `${host}:${port}`)
}

function missingPackage(cause: unknown): unknown {
  const isMissing =
    cause instanceof Error &&
    'code' in cause &&
    cause.code === 'ERR_MODULE_NOT_FOUND' &&
    cause.message.includes(PACKAGE)
  if (!isMissing) return cause
  return new MissingPackageError(
    `Peer-to-peer mode starts Hazelcast members with the package ${PACKAGE}, which is not installed. Either ` +
      `\`npm install ${PACKAGE}\`, or name a cluster that runs elsewhere: \`clusterMembers: ['host:5701']\`.`,
    { cause },
  )
}

import { splitAddress } from './keep-options.ts'
import { addressOf, isLocal } from './local-hosts.ts'
import type { Occupant } from './port-probe.ts'

/** One of the listed addresses, and who was found there. */
export interface Place {
  /** As it was listed, with its port. */
  readonly address: string
  /** Undefined while the host's name leads nowhere. */
  readonly ip: string | undefined
  readonly port: number
  /** Whether it is this machine's. */
  readonly isOwn: boolean
  readonly occupant: Occupant
}

export type Examine = (address: string, clusterName: string, patience: number) => Promise<Occupant>

export interface NeighbourhoodOptions {
  readonly addresses: readonly string[]
  readonly examine: Examine
  /** Ms of silence after which something counts as foreign; a member that starts is silent, too, at first. */
  readonly silence: number
}

/** Ms for an answer of one address. */
const PATIENCE = 1000
/** Who was not looked at for so many ms was not silent all the time. */
const LONGEST_BREAK = 5000

/** The addresses where members may be, and what is known of who is there. */
export class Neighbourhood {
  readonly #options: NeighbourhoodOptions
  readonly #silences = new Map<string, { readonly since: number; readonly until: number }>()
  #places: readonly Place[] = []

  constructor(options: NeighbourhoodOptions) {
    this.#options = options
  }

  /** Asks at every address at once. */
  async look(clusterName: string): Promise<void> {
    const places = await Promise.all(this.#options.addresses.map((address) => this.#visit(address, clusterName)))
    for (const { address, occupant } of places) this.#noteSilence(address, occupant)
    this.#places = places
  }

  /** Addresses of members that take clients of the cluster. */
  get members(): string[] {
    return this.#places.filter(({ occupant }) => occupant === 'member').map(({ address }) => address)
  }

  /** This machine's addresses. */
  get own(): readonly Place[] {
    return this.#places.filter(({ isOwn }) => isOwn)
  }

  /** Members of this machine, those that start included. */
  get ownMembers(): number {
    return this.own.filter(({ occupant }) => occupant === 'member' || occupant === 'starting').length
  }

  /** Whether it is too early to tell a foreign listener from a member that starts. */
  get isUnsettled(): boolean {
    return this.#places.some(({ address, occupant }) => occupant === 'silent' && !this.#isForeign(address))
  }

  /**
   * Addresses for a member to look for others. Without those that are known to be others': what accepts connections and never answers
   * would hang its start for more than a minute.
   */
  get joinable(): string[] {
    const kept = this.#places.filter(({ occupant }) => !['silent', 'foreign', 'other-cluster'].includes(occupant))
    return kept.map(({ address }) => address)
  }

  async #visit(address: string, clusterName: string): Promise<Place> {
    const [host, port] = splitAddress(address)
    const ip = await addressOf(host)
    const occupant = ip === undefined ? 'none' : await this.#options.examine(`${ip}:${port}`, clusterName, PATIENCE)
    return { address, ip, port, isOwn: ip !== undefined && isLocal(ip), occupant }
  }

  #noteSilence(address: string, occupant: Occupant): void {
    if (occupant !== 'silent') return void this.#silences.delete(address)
    const now = performance.now()
    const before = this.#silences.get(address)
    // Who was found out to be foreign stays so for as long as it is silent whenever somebody looks.
    const goesOn = before && (this.#isForeign(address) || now - before.until < LONGEST_BREAK)
    const since = goesOn ? before.since : now
    this.#silences.set(address, { since, until: now })
  }

  #isForeign(address: string): boolean {
    const silence = this.#silences.get(address)
    return silence !== undefined && silence.until - silence.since >= this.#options.silence
  }
}

const WORDS: Readonly<Record<Occupant, string>> = {
  none: 'nobody',
  member: 'a member of this cluster',
  starting: 'a Hazelcast member that is starting',
  'other-cluster': 'a Hazelcast member of another cluster name',
  foreign: 'something that is no Hazelcast member',
  silent: 'something that accepts connections and never answers',
}

/** For an error message. */
export function describePlace({ address, occupant }: Place): string {
  return `${address}: ${WORDS[occupant]}`
}

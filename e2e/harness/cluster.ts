import { randomUUID } from 'node:crypto'
import type { StartMemberOptions } from '@hazelcast-session/member'
import type { Client } from 'hazelcast-client'
import { ClusterMember } from './cluster-member.ts'
import { freePort } from './free-port.ts'
import { isBackedUp } from './backed-up.ts'
import { openClient } from './open-client.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { waitFor } from './wait-for.ts'

/** The maps that every cluster under test has: one with our configuration, one that nobody configured. */
export const MAPS = { configured: 'session_replication', stock: 'stock_sessions' } as const
export type MapKind = keyof typeof MAPS

export interface ClusterOptions {
  /** @default 2 */
  readonly size?: number
  /** Hazelcast's. @default the member package's own */
  readonly version?: string
  /** Puts a TCP proxy in front of each member. @default false */
  readonly proxied?: boolean
  /** Of every member, over those of the member package. */
  readonly properties?: StartMemberOptions['properties']
}

/** Real members on loopback, each with a port that stays its own. */
export class Cluster {
  readonly name: string
  readonly members: readonly ClusterMember[]
  readonly proxies: readonly TcpProxy[]

  private constructor(name: string, members: readonly ClusterMember[], proxies: readonly TcpProxy[]) {
    this.name = name
    this.members = members
    this.proxies = proxies
  }

  /** Describes the members and takes their ports; nothing runs yet but the proxies. */
  static async prepare(options: ClusterOptions = {}): Promise<Cluster> {
    const { size = 2, version, proxied = false, properties = {} } = options
    const name = `e2e-${randomUUID()}`
    const ports = await repeat(size, freePort)
    const publicPorts = proxied ? await repeat(size, freePort) : ports
    const addresses = publicPorts.map((port) => `127.0.0.1:${port}`)
    const proxies = await Promise.all(
      proxied ? ports.map((port, index) => TcpProxy.listen(publicPorts[index]!, port)) : [],
    )
    const members = ports.map((port, index) => {
      const address = addresses[index]!
      return new ClusterMember(address, {
        clusterName: name,
        port,
        autoIncrement: false,
        members: addresses,
        properties,
        maps: { [MAPS.configured]: {}, [MAPS.stock]: { stock: true } },
        ...(version === undefined ? {} : { version }),
        ...(proxied ? { publicAddress: address } : {}),
      })
    })
    return new Cluster(name, members, proxies)
  }

  get addresses(): readonly string[] {
    return this.members.map((member) => member.address)
  }

  /** Starts every member and waits until each knows all others. */
  async start(): Promise<void> {
    // The first one alone: members that start in the same moment may take several rounds to agree.
    for (const member of this.members) await member.start()
    await this.whole()
  }

  /** Stops each member in order and starts it again, the next one when all are one cluster again. */
  async restartAll(): Promise<void> {
    for (const member of this.members) {
      await member.stop()
      await member.start()
      await this.whole()
    }
  }

  /** Resolves when all members are one cluster, in the eyes of each of them. */
  async whole(): Promise<void> {
    for (const address of this.addresses) {
      const client = await openClient(this.name, [address], 'that member only')
      try {
        const size = this.members.length
        await waitFor(`${address} knows ${size} members`, () => client.getCluster().getMembers().length === size)
      } finally {
        await client.shutdown()
      }
    }
  }

  /** Resolves when two members are one cluster, and everything has its copy: only then may another member be killed. */
  async backedUp(): Promise<void> {
    await this.whole()
    await waitFor('everything has its copy', () => this.members.some(isBackedUp))
  }

  /** A client for tests to look with, and to put things in the way; of one member only when its index is given. Shut it down. */
  connect(index?: number): Promise<Client> {
    return index === undefined
      ? openClient(this.name, this.addresses)
      : openClient(this.name, [this.addresses[index]!], 'that member only')
  }

  async killAll(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()))
  }

  /** Ends everything, hard: the data are nobody's. */
  async stop(): Promise<void> {
    await this.killAll()
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }
}

async function repeat<T>(times: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, make))
}

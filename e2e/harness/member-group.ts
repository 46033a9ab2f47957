import { randomUUID } from 'node:crypto'
import { startMember } from '@hazelcast-session/member'
import type { Member, StartMemberOptions } from '@hazelcast-session/member'
import type { Client } from 'hazelcast-client'
import { DividingProxy } from './dividing-proxy.ts'
import { freePort } from './free-port.ts'
import { HAND_OVER } from './hand-over.ts'
import { openClient } from './open-client.ts'
import { waitFor } from './wait-for.ts'

export interface MemberGroupOptions {
  /** @default 1 */
  readonly size?: number
  readonly maps: NonNullable<StartMemberOptions['maps']>
  /** Of every member, over those of the member package. */
  readonly properties?: StartMemberOptions['properties']
  /** Puts a proxy in front of each member that can keep the others' words from it. @default false */
  readonly dividable?: boolean
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** Real members on loopback with maps of the test's own, that can be restarted in order and divided. */
export class MemberGroup {
  readonly name: string
  /** Where clients reach the members. */
  readonly addresses: readonly string[]
  readonly #options: readonly StartMemberOptions[]
  readonly #proxies: readonly DividingProxy[]
  readonly #members: Member[] = []

  private constructor(name: string, options: readonly StartMemberOptions[], proxies: readonly DividingProxy[]) {
    this.name = name
    this.addresses = options[0]?.members ?? []
    this.#options = options
    this.#proxies = proxies
  }

  /** Members that do not run yet. */
  static async prepare(options: MemberGroupOptions): Promise<MemberGroup> {
    const { size = 1, maps, properties = {}, dividable = false } = options
    const clusterName = `e2e-${randomUUID()}`
    const ports = await repeat(size, freePort)
    const publicPorts = dividable ? await repeat(size, freePort) : ports
    const members = publicPorts.map((port) => `127.0.0.1:${port}`)
    const proxies = dividable
      ? await Promise.all(ports.map((port, index) => DividingProxy.listen(publicPorts[index]!, port)))
      : []
    const shared = {
      clusterName,
      autoIncrement: false,
      members,
      maps,
      properties,
      gracefulSeconds: HAND_OVER,
      log: SILENT,
    }
    const described = ports.map((port, index) => ({
      ...shared,
      port,
      ...(dividable ? { publicAddress: members[index]! } : {}),
    }))
    return new MemberGroup(clusterName, described, proxies)
  }

  async start(): Promise<void> {
    // One after the other: members that start in the same moment may take several rounds to agree.
    for (const options of this.#options) this.#members.push(await startMember(options))
    await this.whole()
  }

  /** Stops a member in order, so that it hands over its data, and starts it again. */
  async restart(index: number): Promise<void> {
    await this.#members[index]!.stop()
    this.#members[index] = await startMember(this.#options[index])
    await this.whole()
  }

  /** Resolves when all members are one cluster, in the eyes of each of them. */
  async whole(): Promise<void> {
    for (const address of this.addresses) await this.#sees(address, this.addresses.length)
  }

  /** Stops a member where it stands: its connections stay open, new ones are accepted, and nobody answers. */
  freeze(index: number): void {
    process.kill(this.#members[index]!.pid, 'SIGSTOP')
  }

  /** Keeps the members from each other, and resolves when each has taken the others for dead. */
  async divide(): Promise<void> {
    for (const proxy of this.#proxies) proxy.divide()
    for (const address of this.addresses) await this.#sees(address, 1)
  }

  heal(): void {
    for (const proxy of this.#proxies) proxy.heal()
  }

  /** A client for tests to look with; of one member only when its index is given. Shut it down. */
  connect(index?: number): Promise<Client> {
    return index === undefined
      ? openClient(this.name, this.addresses)
      : openClient(this.name, [this.addresses[index]!], 'that member only')
  }

  /** Ends everything, hard: the data are nobody's. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#members.splice(0).map((member) => {
        process.kill(member.pid, 'SIGKILL')
        return member.exited
      }),
    )
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
  }

  async #sees(address: string, size: number): Promise<void> {
    const client = await openClient(this.name, [address], 'that member only')
    try {
      await waitFor(`${address} knows ${size} members`, () => client.getCluster().getMembers().length === size)
    } finally {
      await client.shutdown()
    }
  }
}

async function repeat<T>(times: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, make))
}

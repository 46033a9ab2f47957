import { isIPv4 } from 'node:net'
import { bulleted, MemberError } from './member-error.ts'
import type { MemberLog } from './member-log.ts'
import type { StartMemberOptions } from './member-options.ts'

/** What a member is started with that does not depend on where it is. Of a `configFile`, maps that it mentions are left as it says. */
export type KeptMemberOptions = Pick<
  StartMemberOptions,
  | 'configFile'
  | 'maps'
  | 'profile'
  | 'heapMb'
  | 'jvmArgs'
  | 'properties'
  | 'jar'
  | 'java'
  | 'version'
  | 'startTimeoutMs'
>

/** What `keepMember` takes. */
export interface KeepMemberOptions extends KeptMemberOptions {
  /** Required, unless there is a `configFile`: then what the file says. */
  readonly clusterName?: string | undefined
  /**
   * Where members of the cluster may be, as `host:port`, or `host` for its ports 5701 to 5703. Those that are this machine's are where
   * its own members listen. @default ['127.0.0.1']
   */
  readonly clusterMembers?: readonly string[] | undefined
  /** How many members this machine shall have, as long as there are so many processes. @default 1 */
  readonly membersPerHost?: number | undefined
  readonly log?: MemberLog | undefined
}

const DEFAULT_PORTS = [5701, 5702, 5703]
const ADDRESS = /^[^\s,:]+(?::\d{1,5})?$/

/** @throws {MemberError} `INVALID_OPTION`, naming every option that cannot work. */
export function requireValidKeepOptions(options: KeepMemberOptions): void {
  const { clusterName, configFile, clusterMembers, membersPerHost = 1 } = options
  const complaints: string[] = []
  if (clusterName === undefined && configFile === undefined)
    complaints.push('clusterName: expected a name, got undefined')
  if (clusterMembers?.length === 0) complaints.push('clusterMembers: expected an address at least, got []')
  for (const address of clusterMembers ?? [])
    if (!ADDRESS.test(address))
      complaints.push(`clusterMembers: expected host or host:port, got ${JSON.stringify(address)}`)
  if (!Number.isInteger(membersPerHost) || membersPerHost < 1)
    complaints.push(`membersPerHost: expected a whole number from 1 on, got ${JSON.stringify(membersPerHost)}`)
  if (complaints.length > 0)
    throw new MemberError('INVALID_OPTION', `keepMember cannot work with these options:${bulleted(complaints)}`)
}

/** Each with its port: `host` alone stands for three. */
export function withPorts(addresses: readonly string[] = ['127.0.0.1']): string[] {
  const all = addresses.flatMap((address) => {
    if (address.includes(':')) return [address]
    return DEFAULT_PORTS.map((port) => `${address}:${port}`)
  })
  return [...new Set(all)]
}

/** `[host, port]` of `host:port`; `localhost` is IPv4 here, as members listen on nothing else. */
export function splitAddress(address: string): [host: string, port: number] {
  const [host = '', port = ''] = address.split(':')
  return [!isIPv4(host) && host === 'localhost' ? '127.0.0.1' : host, Number(port)]
}

import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** The IPv4 address of a host; undefined while its name leads nowhere. */
export async function addressOf(host: string): Promise<string | undefined> {
  if (isIPv4(host)) return host
  return lookup(host, { family: 4 }).then(
    ({ address }) => address,
    () => undefined,
  )
}

/** Whether an IPv4 address is one of this machine's. */
export function isLocal(address: string): boolean {
  if (address.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address))
}

import { isIPv4 } from 'node:net'
import type { MapConfigs } from './map-config.ts'
import { bulleted, MemberError } from './member-error.ts'
import type { StartMemberOptions } from './member-options.ts'

type Complain = (option: string, expected: string, got: unknown) => void

/** @throws {MemberError} `INVALID_OPTION`: which, expected, got; all of them at once. */
export function requireValidOptions(options: StartMemberOptions): void {
  const complaints: string[] = []
  const complain: Complain = (option, expected, got) => {
    complaints.push(`${option}: expected ${expected}, got ${JSON.stringify(got)}`)
  }
  checkNumbers(options, complain)
  checkAddresses(options, complain)
  checkCombinations(options, complain)
  checkMaps(options.maps ?? {}, options.configFile !== undefined, complain)
  if (complaints.length === 0) return
  throw new MemberError('INVALID_OPTION', `startMember cannot work with these options:${bulleted(complaints)}`)
}

function checkNumbers(options: StartMemberOptions, complain: Complain): void {
  const ranges = [
    ['port', 1, 65_535],
    ['portCount', 1, 65_535],
    ['heapMb', 16, 1_048_576],
    ['gracefulSeconds', 0, 86_400],
    ['startTimeoutMs', 1, 3_600_000],
  ] as const
  for (const [option, least, most] of ranges) {
    const value = options[option]
    if (value !== undefined && !isWhole(value, least, most))
      complain(option, `a whole number from ${least} to ${most}`, value)
  }
}

function checkAddresses({ clusterName, host, publicAddress, members }: StartMemberOptions, complain: Complain): void {
  if (clusterName !== undefined && clusterName.trim() === '') complain('clusterName', 'a name', clusterName)
  if (host !== undefined && host !== 'localhost' && !isIPv4(host))
    complain('host', 'an IPv4 address (for anything else use configFile)', host)
  if (publicAddress !== undefined && !isHostAndPort(publicAddress))
    complain('publicAddress', 'host:port', publicAddress)
  for (const member of members ?? []) {
    // Without a port Hazelcast tries three, and hangs when something else answers on one of them.
    if (!isHostAndPort(member)) complain('members', 'a list of host:port', member)
  }
}

function checkCombinations(options: StartMemberOptions, complain: Complain): void {
  const { configFile, host, members = [], clusterName, publicAddress, autoIncrement, profile, version } = options
  if (members.length > 0 && clusterName === undefined)
    complain('clusterName', 'a name, as there are members to join', clusterName)
  if (publicAddress !== undefined && autoIncrement === true)
    complain('autoIncrement', 'false, as a publicAddress leads to one port', autoIncrement)
  if (profile !== undefined && profile !== 'development' && profile !== 'production')
    complain('profile', '"development" or "production"', profile)
  if (version !== undefined && !/^\d+\.\d+(\.\d+)?(-[\w.]+)?$/.test(version))
    complain('version', 'one like 5.7.0', version)
  if (configFile === undefined) return
  if (!/\.(ya?ml|xml)$/.test(configFile)) complain('configFile', 'a .yaml, .yml or .xml file', configFile)
  if (host !== undefined) complain('host', 'none, as configFile says where to listen', host)
  if (members.length > 0) complain('members', 'none, as configFile says whom to join', members)
}

function checkMaps(maps: MapConfigs, hasConfigFile: boolean, complain: Complain): void {
  for (const [name, { timeToLiveSeconds, backupCount }] of Object.entries(maps)) {
    if (timeToLiveSeconds !== undefined && !isWhole(timeToLiveSeconds, 0, 2_147_483_647))
      complain(`maps.${name}.timeToLiveSeconds`, 'whole seconds, 0 for never', timeToLiveSeconds)
    if (backupCount !== undefined && !isWhole(backupCount, 0, 6))
      complain(`maps.${name}.backupCount`, 'a whole number from 0 to 6', backupCount)
    if (hasConfigFile && name !== name.toLowerCase())
      complain(`maps.${name}`, 'a lower-case name, as overrides of a configFile are lower-cased by Hazelcast', name)
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function isHostAndPort(text: string): boolean {
  const match = /^[^\s,:]+:(\d{1,5})$/.exec(text)
  return match !== null && isWhole(Number(match[1]), 1, 65_535)
}

import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { DEFAULT_MAPS, type MapConfigs } from './map-config.ts'
import { MemberError } from './member-error.ts'
import { DEFAULT_VERSION } from './member-jar.ts'
import { stderrLog, type MemberLog } from './member-log.ts'
import type { StartMemberOptions } from './member-options.ts'
import { requireValidOptions } from './option-check.ts'

/** The options with their defaults in place, checked. Undefined only where that means something. */
export interface MemberSettings {
  /** Undefined: what the configuration file says. */
  readonly clusterName: string | undefined
  readonly host: string
  /** Undefined: what the configuration file says. */
  readonly port: number | undefined
  /** Undefined: what the configuration file says. */
  readonly portCount: number | undefined
  /** Undefined: what the configuration file says. */
  readonly autoIncrement: boolean | undefined
  readonly publicAddress: string | undefined
  readonly members: readonly string[]
  readonly maps: MapConfigs
  /** True when the caller described the maps, so that they count even against a configuration file. */
  readonly hasExplicitMaps: boolean
  readonly configFile: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly profile: 'development' | 'production'
  readonly heapMb: number
  readonly jvmArgs: readonly string[]
  readonly version: string
  readonly gracefulSeconds: number
  readonly startTimeoutMs: number
  readonly log: MemberLog
}

const FIRST_PORT = 5701
const PORT_COUNT = 100
const HEAP_MB = { development: 128, production: 512 }

/** @throws {MemberError} `INVALID_OPTION`, naming every option that cannot work. */
export function resolveOptions(options: StartMemberOptions): MemberSettings {
  requireValidOptions(options)
  const { configFile, publicAddress, profile = 'development' } = options
  const isOwnConfig = configFile === undefined
  return {
    clusterName: options.clusterName ?? (isOwnConfig ? `dev-${randomBytes(6).toString('hex')}` : undefined),
    host: options.host === undefined || options.host === 'localhost' ? '127.0.0.1' : options.host,
    port: options.port ?? (isOwnConfig ? FIRST_PORT : undefined),
    portCount: options.portCount ?? (isOwnConfig ? PORT_COUNT : undefined),
    autoIncrement: options.autoIncrement ?? (isOwnConfig ? publicAddress === undefined : undefined),
    publicAddress,
    members: options.members ?? [],
    maps: options.maps ?? DEFAULT_MAPS,
    hasExplicitMaps: options.maps !== undefined,
    configFile: isOwnConfig ? undefined : resolve(configFile),
    properties: textValues(options.properties ?? {}),
    profile,
    heapMb: options.heapMb ?? heapFromEnvironment(process.env) ?? HEAP_MB[profile],
    jvmArgs: options.jvmArgs ?? [],
    version: options.version ?? DEFAULT_VERSION,
    gracefulSeconds: options.gracefulSeconds ?? 30,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    log: options.log ?? stderrLog,
  }
}

function heapFromEnvironment({ HAZELCAST_HEAP_MB: text }: NodeJS.ProcessEnv): number | undefined {
  if (text === undefined || text === '') return undefined
  const megabytes = Number(text)
  if (Number.isInteger(megabytes) && megabytes >= 16) return megabytes
  throw new MemberError('INVALID_OPTION', `HAZELCAST_HEAP_MB: expected whole megabytes, 16 at least, got "${text}"`)
}

function textValues(properties: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]))
}

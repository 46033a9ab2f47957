/** An index that the members keep on a map. */
export interface MapIndex {
  /** `HASH` answers equality, `SORTED` ranges too. */
  readonly type: 'HASH' | 'SORTED'
  readonly attributes: readonly string[]
}

/**
 * How the members keep one map. What is left out is what a session map needs: BINARY values, no JSON metadata, one
 * backup, no eviction, statistics, and after a split brain the entry that expires later wins.
 */
export interface MapConfig {
  /** True: a plain Hazelcast map, with nothing of ours; every other field is then ignored. @default false */
  readonly stock?: boolean
  /**
   * Seconds after its last write until the member drops an entry that nobody gave a time to live of its own; 0 means
   * never. A net under what the sessions' own expiry misses, so longer than a session lives. @default 7200
   */
  readonly timeToLiveSeconds?: number
  /** Copies of each entry on other members, 0 to 6. @default 1 */
  readonly backupCount?: number
  /**
   * A value without such an attribute is refused by the members unless it is JSON (`HazelcastJsonValue`), so give `[]` for a map of
   * strings or buffers. @default a HASH index on `principal`, a SORTED one on `expiresAt`
   */
  readonly indexes?: readonly MapIndex[]
}

/** Maps by their Hazelcast name. */
export type MapConfigs = Readonly<Record<string, MapConfig>>

/** The maps a member gets when the caller describes none. */
export const DEFAULT_MAPS: MapConfigs = { session_replication: {} }

const NET_SECONDS = 7200
/** Who is logged in where, and which sessions have expired. What either costs a write could not be measured. */
const SESSION_INDEXES: readonly MapIndex[] = [
  { type: 'HASH', attributes: ['principal'] },
  { type: 'SORTED', attributes: ['expiresAt'] },
]

/** The map's part of a member's YAML; undefined where the member's own defaults are wanted. */
export function mapSection(config: MapConfig): Record<string, unknown> | undefined {
  if (config.stock === true) return undefined
  return {
    'in-memory-format': 'BINARY',
    // By default the members index every JSON value's structure, which doubles what a session costs in memory.
    'metadata-policy': 'OFF',
    'backup-count': config.backupCount ?? 1,
    'time-to-live-seconds': config.timeToLiveSeconds ?? NET_SECONDS,
    'statistics-enabled': true,
    eviction: { 'eviction-policy': 'NONE' },
    // The default policy keeps the larger side's value after a split brain, however old it is.
    'merge-policy': { 'class-name': 'ExpirationTimeMergePolicy' },
    indexes: config.indexes ?? SESSION_INDEXES,
  }
}

/**
 * The same as system properties, which override a configuration file of the user's. Lists cannot be written
 * this way, so a map described so has no index.
 */
export function mapProperties(mapName: string, config: MapConfig): Record<string, string> {
  const section = mapSection(config)
  return section === undefined ? {} : flatten(`hz.map.${mapName}`, section)
}

function flatten(prefix: string, section: object): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const [key, value] of Object.entries(section)) {
    if (Array.isArray(value)) continue
    if (typeof value === 'object' && value !== null) Object.assign(properties, flatten(`${prefix}.${key}`, value))
    else properties[`${prefix}.${key}`] = String(value)
  }
  return properties
}

import type { HazelcastClient } from '../hazelcast/hazelcast-client.ts'
import type { Logger } from '../logger.ts'
import type { AttributeSerializer } from '../records/attribute-serializer.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { SavePeriod } from '../save-policy.ts'
import type { ConflictOption, MergeOption } from '../saving/conflict-policy.ts'

/** What to do with a stored value that is no readable session: treat it as none, refuse the request, or remove it. */
export type OnUnreadable = 'new' | 'fail' | 'remove'

/** Who brings the members of the cluster: somebody else, or the application itself. */
export type Topology = 'client-server' | 'peer-to-peer'

/**
 * The options of every adapter that concern sessions and their store. Each that has a plain value can also be given in
 * the environment: `HZ_SESSION_` and the name in capitals with underscores; what the code says wins.
 */
export interface SessionManagerOptions {
  /**
   * `'client-server'`: connects to members that run elsewhere. `'peer-to-peer'`: brings a member of its own, unless another
   * process of this host has one already; needs the package `@hazelcast-session/member`. In production it has to be said,
   * so that no JVM starts by surprise.
   * @default 'client-server' with `clusterMembers` or `client`, else 'peer-to-peer'
   */
  readonly topology?: Topology | undefined
  /**
   * Addresses of cluster members, `host` or `host:port`. Peer-to-peer: where members may be; those that are this host's
   * are where its own listen. In the environment a comma list: `HZ_SESSION_CLUSTER_MEMBERS=10.0.0.1:5701,10.0.0.2:5701`.
   * @default peer-to-peer: 127.0.0.1, ports 5701 to 5703
   */
  readonly clusterMembers?: readonly string[] | undefined
  /** The cluster's name. @default 'dev'; peer-to-peer: what `memberConfigLocation` says, else 'hazelcast-session' */
  readonly clusterName?: string | undefined
  /** Path of a Hazelcast member configuration (.yaml, .yml, .xml) for the own member. Peer-to-peer only. */
  readonly memberConfigLocation?: string | undefined
  /** How many members this host has, as long as there are so many processes. Peer-to-peer only. @default 1 */
  readonly membersPerHost?: number | undefined
  /**
   * A client that the application has already, in place of `clusterMembers`. It must read JSON as text:
   * `serialization: { jsonStringDeserializationPolicy: 'NO_DESERIALIZATION' }`. It is never shut down by us.
   */
  readonly client?: HazelcastClient | undefined
  /** Where records are kept, in place of a cluster: for tests, or for a store of one's own. */
  readonly recordStore?: RecordStore | undefined
  /** `false`: sessions stay in this process's memory; for tests, and for a quick way back. @default true */
  readonly enabled?: boolean | undefined
  /** The map's name; lower case, since members can only be configured so. @default 'session_replication' */
  readonly mapName?: string | undefined
  /** Whether the load balancer sends a session to the same worker as long as it lives. @default true */
  readonly sticky?: boolean | undefined
  /**
   * This worker's name, `[A-Za-z0-9_-]{1,32}`; no two workers of one map may share it.
   * @default a short hash of host name and instance number
   */
  readonly workerName?: string | undefined
  /**
   * When changes are written: `'attribute'` (-2) each assignment at once, `'always'` (0) at the end of each request,
   * `'dirty'` (1) at the end of a request that changed something; and, sticky only, `{ every: seconds }` (n > 1) so long
   * after the first of them, `'shutdown'` (-1) when the manager closes. @default 'dirty'
   */
  readonly savePeriod?: SavePeriod | undefined
  /** Another way to say it: `false` is `'attribute'`, `true` is `'dirty'`. */
  readonly deferredWrite?: boolean | undefined
  /**
   * Seconds for which a sticky worker may serve its own copy of a session without asking the cluster; 0: it always asks.
   * @default 10
   */
  readonly stalePeriod?: number | undefined
  /** How many sessions a sticky worker keeps copies of. @default 10000 */
  readonly maxLocalSessions?: number | undefined
  /** Bytes that these copies may take, roughly. @default 67108864 */
  readonly maxLocalBytes?: number | undefined
  /** Names of attributes that stay with this worker, as they are, and are never stored. Sticky only. @default none */
  readonly transientAttributes?: readonly string[] | undefined
  /** Seconds without a request after which a session ends. @default 1800 */
  readonly maxInactiveInterval?: number | undefined
  /** Seconds after which a session ends in any case. @default never */
  readonly absoluteTimeout?: number | undefined
  /** Seconds by which the time of the last request may lag in the store. @default a twentieth of the interval, 1 to 60 */
  readonly touchAfter?: number | undefined
  /** Seconds between two sweeps for expired sessions, at most 3600. @default 60 */
  readonly cleanUpPeriod?: number | undefined
  /** Milliseconds that one load, or one save with everything it needs, may take. @default 2000 */
  readonly operationTimeout?: number | undefined
  /** What becomes of an attribute that two requests changed. @default 'last-write-wins' */
  readonly conflict?: ConflictOption | undefined
  /** `'deep'`: changes inside plain objects are merged key by key. @default 'attributes' */
  readonly merge?: MergeOption | undefined
  /**
   * What becomes of requests while there is no cluster: `'fail'`: a 503; `'local'`, sticky only: sessions go on with this
   * worker's copies, and are merged when the cluster is back. @default 'fail'
   */
  readonly onStoreError?: 'fail' | 'local' | undefined
  /** Seconds for which they go on so. @default 300 */
  readonly localServiceLimit?: number | undefined
  /** What to do with a stored value that is no readable session. @default 'new' */
  readonly onUnreadable?: OnUnreadable | undefined
  /** Bytes that a session's attributes may have. @default 1048576 */
  readonly maxSessionBytes?: number | undefined
  /** Seconds that an ended session stays ended even if a split cluster heals. @default 600 */
  readonly endedMarkerMargin?: number | undefined
  /** Whether `close()` stops what was started here: the client and the member, never what was given. @default true */
  readonly shutdownOnDestroy?: boolean | undefined
  /** Turns attribute values into text and back. @default JSON */
  readonly serializer?: AttributeSerializer | undefined
  /** Where to write what an operator should know. @default the console, warnings and errors */
  readonly logger?: Logger | undefined
  /** Also write what only somebody who looks for a fault wants to know. @default false */
  readonly debug?: boolean | undefined
}

type Defaulted =
  | 'enabled'
  | 'mapName'
  | 'sticky'
  | 'stalePeriod'
  | 'maxLocalSessions'
  | 'maxLocalBytes'
  | 'maxInactiveInterval'
  | 'cleanUpPeriod'
  | 'operationTimeout'
  | 'conflict'
  | 'merge'
  | 'onStoreError'
  | 'localServiceLimit'
  | 'onUnreadable'
  | 'maxSessionBytes'
  | 'endedMarkerMargin'
  | 'shutdownOnDestroy'
  | 'serializer'
  | 'debug'

/** Options after everything was read, checked and filled in. */
export type ResolvedOptions = Omit<SessionManagerOptions, Defaulted> & {
  readonly [Name in Defaulted]-?: NonNullable<SessionManagerOptions[Name]>
}

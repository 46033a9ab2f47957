import type { FetchProgressListener } from './fetch-progress.ts'
import type { MapConfigs } from './map-config.ts'
import type { MemberLog } from './member-log.ts'

/** What `startMember` takes. Everything has a default. */
export interface StartMemberOptions {
  /**
   * Members and clients with this name belong together; it is no secret. Required with `members`.
   * @default `dev-` and 12 random hex digits; with `configFile`, what the file says
   */
  readonly clusterName?: string
  /**
   * IPv4 address to listen on. `0.0.0.0` is all interfaces. Hazelcast Community has neither TLS nor authentication, so
   * anything but loopback is logged as a warning. Not with `configFile`. @default '127.0.0.1'
   */
  readonly host?: string
  /** First TCP port tried. @default 5701; with `configFile`, what the file says, as for the next two */
  readonly port?: number
  /** How many ports are tried, from `port` on, with `autoIncrement`. @default 100 */
  readonly portCount?: number
  /** Take the next port when one is busy; false: fail. @default true, but false with `publicAddress` */
  readonly autoIncrement?: boolean
  /**
   * `host:port` under which the other members and the clients reach this one, when that is not where it listens: behind a
   * proxy or NAT. Needs a fixed `port`.
   */
  readonly publicAddress?: string
  /**
   * `host:port` of members to form a cluster with; its own may be among them. Empty: alone, looking for nobody. Not
   * with `configFile`. @default []
   */
  readonly members?: readonly string[]
  /**
   * How maps are kept, by name. `{}`: all as stock Hazelcast keeps them. With `configFile`: applied over it, without indexes,
   * lower-case names only; the default only when the file does not mention that name.
   * @default { session_replication: {} }, the session map
   */
  readonly maps?: MapConfigs
  /** A Hazelcast member configuration (.yaml, .yml or .xml) instead of the one written here. */
  readonly configFile?: string
  /** Hazelcast properties (`hazelcast.…`), over ours. Visible to every user of the machine: no secrets. @default {} */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /**
   * `development`: quick start, little memory and CPU. `production`: the JVM's full compiler and its own choice of
   * collector. @default 'development'
   */
  readonly profile?: 'development' | 'production'
  /** Heap of the JVM in MiB; 128 hold some 95,000 sessions of 1 KB. @default 128, in production 512 */
  readonly heapMb?: number
  /** Further JVM arguments, after ours, so that they win. @default [] */
  readonly jvmArgs?: readonly string[]
  /** Hazelcast version to find or fetch. Ignored when a jar is named. @default '5.7.0' */
  readonly version?: string
  /** Path of a Hazelcast jar. @default searched for, see `locateJar` */
  readonly jar?: string
  /** Path or name of a `java` command, 17 or newer. @default searched for, see `locateJava` */
  readonly java?: string
  /** Seconds a stopping member may take to hand its data over; 5 s later it is killed. @default 30 */
  readonly gracefulSeconds?: number
  /** Milliseconds from the JVM's start to a member that is ready. Finding and fetching do not count. @default 60000 */
  readonly startTimeoutMs?: number
  /** Aborts the start, at any stage. Does nothing once the member runs. */
  readonly signal?: AbortSignal
  /** Receives what the member logs. @default warnings and errors to standard error */
  readonly log?: MemberLog
  /** Hears how a fetch of the jar goes. @default a line on standard error, renewed when that is a terminal */
  readonly onProgress?: FetchProgressListener
}

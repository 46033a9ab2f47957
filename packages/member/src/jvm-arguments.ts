import { LOG_FORMAT } from './member-log.ts'
import { PORT_FILE } from './member-folder.ts'
import type { MemberSettings } from './member-settings.ts'

/** What Hazelcast reaches into; without these it warns at each start and takes slower paths. */
const MODULE_ACCESS = [
  ['--add-modules', 'java.se'],
  ['--add-exports', 'java.base/jdk.internal.ref=ALL-UNNAMED'],
  ['--add-opens', 'java.base/java.lang=ALL-UNNAMED'],
  ['--add-opens', 'java.base/sun.nio.ch=ALL-UNNAMED'],
  ['--add-opens', 'java.management/sun.management=ALL-UNNAMED'],
  ['--add-opens', 'jdk.management/com.sun.management.internal=ALL-UNNAMED'],
].flat()

const PROFILE_FLAGS = {
  // Half the CPU of a start, and a collector whose memory is predictable.
  development: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
  production: [],
}

const MAIN_CLASS = 'com.hazelcast.core.server.HazelcastMemberStarter'

export interface JvmInput {
  readonly settings: MemberSettings
  /** Absolute path of the member's jar. */
  readonly jar: string
  /** Absolute path of the member's configuration, ours or the user's. */
  readonly configPath: string
  /** Override properties, for a configuration of the user's. */
  readonly overrides: Readonly<Record<string, string>>
}

/** Everything after `java` on the member's command line. */
export function jvmArguments({ settings, jar, configPath, overrides }: JvmInput): string[] {
  const properties = {
    ...systemProperties(settings, configPath),
    ...hazelcastProperties(settings),
    ...overrides,
    ...settings.properties,
  }
  return [
    ...PROFILE_FLAGS[settings.profile],
    `-Xmx${settings.heapMb}m`,
    '-Xss512k',
    // A member that is out of memory must end, so that the others take over, and not limp.
    '-XX:+ExitOnOutOfMemoryError',
    ...MODULE_ACCESS,
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ...settings.jvmArgs,
    '-cp',
    jar,
    MAIN_CLASS,
  ]
}

function systemProperties({ configFile, host }: MemberSettings, configPath: string): Record<string, string> {
  const properties: Record<string, string> = {
    'hazelcast.config': configPath,
    'print.port': PORT_FILE,
    'java.net.preferIPv4Stack': 'true',
    'java.util.logging.SimpleFormatter.format': LOG_FORMAT,
    // The levels in the log would be translated otherwise.
    'user.language': 'en',
  }
  if (configFile !== undefined || host === '0.0.0.0') return properties
  // Without both of these a member listens on every interface, whatever its configuration says.
  return { ...properties, 'hazelcast.local.localAddress': host, 'hazelcast.socket.bind.any': 'false' }
}

function hazelcastProperties({ gracefulSeconds }: MemberSettings): Record<string, string> {
  return {
    'hazelcast.phone.home.enabled': 'false',
    'hazelcast.logging.type': 'jdk',
    'hazelcast.health.monitoring.level': 'OFF',
    'hazelcast.wait.seconds.before.join': '0',
    'hazelcast.shutdownhook.policy': 'GRACEFUL',
    'hazelcast.graceful.shutdown.max.wait': String(gracefulSeconds),
    // A member that does not answer is expelled after 10 s, where Hazelcast's own default is 60.
    'hazelcast.heartbeat.interval.seconds': '1',
    'hazelcast.max.no.heartbeat.seconds': '10',
    // Output threads write answers from their queue. By default answers wait for the selector of such a thread, which one
    // connection to a frozen member keeps it from for ever (docs/decisions/011).
    'hazelcast.io.write.through': 'false',
    'hazelcast.io.selectionKeyWakeupEnabled': 'false',
  }
}

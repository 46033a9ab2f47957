import { mapProperties, mapSection } from './map-config.ts'
import type { MemberSettings } from './member-settings.ts'

/** The member's configuration as YAML text. JSON is YAML, so nothing needs quoting rules of its own. */
export function memberYaml(settings: MemberSettings): string {
  return `hazelcast: ${JSON.stringify(memberSection(settings), undefined, 2)}\n`
}

function memberSection(settings: MemberSettings): Record<string, unknown> {
  const { clusterName, host, publicAddress, maps } = settings
  const sections = Object.entries(maps).map(([name, config]) => [name, mapSection(config)] as const)
  return {
    'cluster-name': clusterName,
    network: {
      ...(publicAddress === undefined ? {} : { 'public-address': publicAddress }),
      port: { port: settings.port, 'port-count': settings.portCount, 'auto-increment': settings.autoIncrement },
      ...(host === '0.0.0.0' ? {} : { interfaces: { enabled: true, interfaces: [host] } }),
      join: joinSection(settings.members),
    },
    map: Object.fromEntries(sections.filter(([, section]) => section !== undefined)),
  }
}

/** Every way of looking for others is off unless asked for: even a list of our own ports can hang a lonely start. */
function joinSection(members: readonly string[]): Record<string, unknown> {
  const isJoining = members.length > 0
  return {
    'auto-detection': { enabled: false },
    multicast: { enabled: false },
    'tcp-ip': isJoining ? { enabled: true, 'member-list': members } : { enabled: false },
  }
}

/** What the options say over a configuration file of the user's, as Hazelcast's override properties. */
export function overrideProperties(settings: MemberSettings, fileText: string): Record<string, string> {
  const said = {
    'hz.cluster-name': settings.clusterName,
    'hz.network.port.port': settings.port,
    'hz.network.port.port-count': settings.portCount,
    'hz.network.port.auto-increment': settings.autoIncrement,
    'hz.network.public-address': settings.publicAddress,
  }
  const properties: Record<string, string> = {}
  for (const [name, value] of Object.entries(said)) if (value !== undefined) properties[name] = String(value)
  for (const [name, config] of Object.entries(settings.maps)) {
    if (settings.hasExplicitMaps || !fileText.includes(name)) Object.assign(properties, mapProperties(name, config))
  }
  return properties
}

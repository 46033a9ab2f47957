import type { ResolvedOptions, SessionManagerOptions, Topology } from './session-manager-options.ts'

/** Where records are: one of these, or with members of our own. */
export const PLACES = ['clusterMembers', 'client', 'recordStore'] as const

const OF_OWN_MEMBERS = ['memberConfigLocation', 'membersPerHost'] as const

/** What a member can listen on: Hazelcast's own lists know more, which a `memberConfigLocation` may have. */
const MEMBER_ADDRESS = /^[^\s,:]+(:\d{1,5})?$/

/** What an answer to the question of the cluster, given in the code, says of the same question's other options. */
export function settledBy(place: (typeof PLACES)[number]): readonly (keyof SessionManagerOptions)[] {
  if (place === 'clusterMembers') return PLACES
  return [...PLACES, ...OF_OWN_MEMBERS, 'topology']
}

export function topologyOf({ topology, clusterMembers, client }: ResolvedOptions): Topology {
  return topology ?? (clusterMembers || client ? 'client-server' : 'peer-to-peer')
}

/** What does not fit together in where the cluster is, although each option is right. */
export function topologyProblems(options: ResolvedOptions, environment: NodeJS.ProcessEnv): string[] {
  if (!options.enabled) return []
  const places = PLACES.filter((name) => options[name] !== undefined)
  if (places.length > 1) return [`${names(places)}: expected one of them`]
  if (options.recordStore) return [...withoutMembers(options, 'a record store'), ...withOther(options)]
  if (topologyOf(options) === 'peer-to-peer') return peerToPeerProblems(options, environment)
  if (places.length === 0) return [NO_CLUSTER]
  return withoutMembers(options, "`topology: 'client-server'`")
}

const NO_CLUSTER =
  "`clusterMembers`: expected the addresses of your cluster's members, got nothing. Write " +
  "`clusterMembers: ['host:5701']` or set HZ_SESSION_CLUSTER_MEMBERS=host:5701; " +
  '`enabled: false` keeps sessions in memory instead'

const NO_TOPOLOGY =
  '`topology`: expected in production, got nothing. If a cluster runs elsewhere, say where: ' +
  "`clusterMembers: ['host:5701']` or HZ_SESSION_CLUSTER_MEMBERS=host:5701. If this application shall start Hazelcast members " +
  "itself (JVMs, beside its processes): `topology: 'peer-to-peer'` or HZ_SESSION_TOPOLOGY=peer-to-peer. " +
  '`enabled: false` keeps sessions in memory instead'

function peerToPeerProblems(options: ResolvedOptions, environment: NodeJS.ProcessEnv): string[] {
  const { topology, client, clusterMembers = [] } = options
  if (client) return ["`client`: expected none with `topology: 'peer-to-peer'`, which makes its own, got one"]
  if (topology === undefined && environment['NODE_ENV'] === 'production') return [NO_TOPOLOGY]
  return clusterMembers
    .filter((address) => !MEMBER_ADDRESS.test(address))
    .map((address) => `\`clusterMembers\`: expected \`host\` or \`host:port\`, got \`${JSON.stringify(address)}\``)
}

/** Options of members that nobody starts. */
function withoutMembers(options: ResolvedOptions, place: string): string[] {
  const given = OF_OWN_MEMBERS.filter((name) => options[name] !== undefined)
  return given.map((name) => `\`${name}\`: expected only with \`topology: 'peer-to-peer'\`, got it with ${place}`)
}

function withOther({ topology }: ResolvedOptions): string[] {
  return topology === undefined ? [] : [`\`topology\`: expected none with a record store, got \`'${topology}'\``]
}

function names(places: readonly string[]): string {
  return places.map((name) => `\`${name}\``).join(' and ')
}

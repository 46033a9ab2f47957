import hazelcast from 'hazelcast-client'
import type { Client } from 'hazelcast-client'

/** A client of the tests' own: it sees texts as they are stored, and says nothing. */
export function openClient(clusterName: string, addresses: readonly string[]): Promise<Client> {
  return hazelcast.Client.newHazelcastClient({
    clusterName,
    network: { clusterMembers: [...addresses] },
    connectionStrategy: { connectionRetry: { clusterConnectTimeoutMillis: 30_000 } },
    serialization: {
      jsonStringDeserializationPolicy: hazelcast.JsonStringDeserializationPolicy.NO_DESERIALIZATION,
    },
    properties: { 'hazelcast.logging.level': 'OFF' },
  })
}

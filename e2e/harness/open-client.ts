import hazelcast from 'hazelcast-client'
import { unknownSerializer } from './unknown-value.ts'
import type { Client } from 'hazelcast-client'

/** A client of the tests' own: it sees texts as they are stored, and says nothing. */
export function openClient(
  clusterName: string,
  addresses: readonly string[],
  connections: 'every member' | 'that member only' = 'every member',
): Promise<Client> {
  return hazelcast.Client.newHazelcastClient({
    clusterName,
    network: { clusterMembers: [...addresses], smartRouting: connections === 'every member' },
    connectionStrategy: { connectionRetry: { clusterConnectTimeoutMillis: 30_000 } },
    serialization: {
      jsonStringDeserializationPolicy: hazelcast.JsonStringDeserializationPolicy.NO_DESERIALIZATION,
      customSerializers: [unknownSerializer],
    },
    properties: { 'hazelcast.logging.level': 'OFF' },
  })
}

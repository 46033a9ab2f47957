import hazelcast from 'hazelcast-client'
import type { ClientConfig, LifecycleState } from 'hazelcast-client'
import type { Logger } from '../logger.ts'
import { clientLogger } from './client-logger.ts'

export interface ClientConfigOptions {
  readonly clusterName: string
  readonly clusterMembers: readonly string[]
  /** Ms that a whole load or save may take. */
  readonly operationTimeout: number
  readonly logger: Logger
  readonly onLifecycle: (state: LifecycleState) => void
}

/**
 * Ms after which a client that finds no cluster gives up, at its start and later. It is then replaced by a new one: a
 * client that tries for ever cannot be stopped before its first connection.
 */
const CONNECT_TIMEOUT = 5000

/** How we want a client to behave; each value was chosen on live members. */
export function clientConfig(options: ClientConfigOptions): ClientConfig {
  const { JsonStringDeserializationPolicy, ReconnectMode } = hazelcast
  return {
    clusterName: options.clusterName,
    customLogger: clientLogger(options.logger),
    lifecycleListeners: [options.onLifecycle],
    // The text as it was written is the token of compare-and-set.
    serialization: { jsonStringDeserializationPolicy: JsonStringDeserializationPolicy.NO_DESERIALIZATION },
    network: {
      clusterMembers: [...options.clusterMembers],
      connectionTimeout: 2000,
      // A write that was sent must not be sent again behind our back.
      redoOperation: false,
    },
    connectionStrategy: {
      // `true` never connects to a second member: 5 s writes, deaf listeners.
      asyncStart: false,
      // Calls fail at once while offline, instead of waiting for the invocation timeout.
      reconnectMode: ReconnectMode.ASYNC,
      connectionRetry: {
        initialBackoffMillis: 100,
        maxBackoffMillis: 1000,
        multiplier: 1.5,
        jitter: 0.2,
        clusterConnectTimeoutMillis: CONNECT_TIMEOUT,
      },
    },
    // With `true` a write waits 5 s for the acknowledgement of a backup that died.
    backupAckToClientEnabled: false,
    properties: {
      'hazelcast.client.invocation.timeout.millis': Math.max(1, Math.round(options.operationTimeout * 0.75)),
      'hazelcast.client.invocation.retry.pause.millis': 100,
      'hazelcast.client.heartbeat.interval': 1000,
      'hazelcast.client.heartbeat.timeout': 5000,
    },
  }
}

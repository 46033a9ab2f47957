import hazelcast from 'hazelcast-client'
import { expect, test } from 'vitest'
import { clientConfig } from '../../src/hazelcast/client-config.ts'
import { clientLogger } from '../../src/hazelcast/client-logger.ts'
import { loggerInto } from '../saving/managed.ts'

const options = {
  clusterName: 'prod',
  clusterMembers: ['a:5701', 'b:5701'],
  operationTimeout: 2000,
  logger: loggerInto([]),
  onLifecycle: () => {},
}

test('a client is configured as it was found to work', () => {
  const { customLogger, lifecycleListeners, ...config } = clientConfig(options)
  expect(customLogger).toBeDefined()
  expect(lifecycleListeners).toEqual([options.onLifecycle])
  expect(config).toEqual({
    clusterName: 'prod',
    serialization: {
      jsonStringDeserializationPolicy: hazelcast.JsonStringDeserializationPolicy.NO_DESERIALIZATION,
    },
    network: { clusterMembers: ['a:5701', 'b:5701'], connectionTimeout: 2000, redoOperation: false },
    connectionStrategy: {
      asyncStart: false,
      reconnectMode: hazelcast.ReconnectMode.ASYNC,
      connectionRetry: {
        initialBackoffMillis: 100,
        maxBackoffMillis: 1000,
        multiplier: 1.5,
        jitter: 0.2,
        clusterConnectTimeoutMillis: 5000,
      },
    },
    backupAckToClientEnabled: false,
    properties: {
      'hazelcast.client.invocation.timeout.millis': 1500,
      'hazelcast.client.invocation.retry.pause.millis': 100,
      'hazelcast.client.heartbeat.interval': 1000,
      'hazelcast.client.heartbeat.timeout': 5000,
    },
  })
})

test('a client that finds no cluster gives up some time', () => {
  const limit = clientConfig(options).connectionStrategy?.connectionRetry?.clusterConnectTimeoutMillis
  expect(limit).toBeGreaterThan(0)
  expect(limit).toBeLessThan(Number.POSITIVE_INFINITY)
})

test('the client gives up a call before its caller does', () => {
  for (const operationTimeout of [1, 10, 500, 2000, 60_000]) {
    const { properties } = clientConfig({ ...options, operationTimeout })
    const limit = properties?.['hazelcast.client.invocation.timeout.millis']
    expect(limit).toBeGreaterThanOrEqual(1)
    expect(limit).toBeLessThanOrEqual(operationTimeout)
  }
})

test("the client's own log is for those who look for a fault", () => {
  const lines: string[] = []
  const log = clientLogger(loggerInto(lines))
  log.error('Connection', 'refused')
  log.warn('Heartbeat', 'late')
  log.info('Client', 'started')
  log.debug('Invocation', 'noise')
  log.trace('Invocation', 'noise')
  expect(lines).toEqual([
    'debug: hazelcast-client Connection: refused',
    'debug: hazelcast-client Heartbeat: late',
    'debug: hazelcast-client Client: started',
  ])
})

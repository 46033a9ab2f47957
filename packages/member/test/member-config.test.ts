import { expect, test } from 'vitest'
import { jvmArguments } from '../src/jvm-arguments.ts'
import { memberYaml, overrideProperties } from '../src/member-config.ts'
import type { StartMemberOptions } from '../src/member-options.ts'
import { resolveOptions } from '../src/member-settings.ts'

function configured(options: StartMemberOptions): unknown {
  return JSON.parse(memberYaml(resolveOptions(options)).replace(/^hazelcast: /, ''))
}

test('by default a member is alone, on loopback, and keeps the session map as sessions need it', () => {
  expect(configured({ clusterName: 'a' })).toEqual({
    'cluster-name': 'a',
    network: {
      port: { port: 5701, 'port-count': 100, 'auto-increment': true },
      interfaces: { enabled: true, interfaces: ['127.0.0.1'] },
      join: { 'auto-detection': { enabled: false }, multicast: { enabled: false }, 'tcp-ip': { enabled: false } },
    },
    map: {
      session_replication: {
        'in-memory-format': 'BINARY',
        'metadata-policy': 'OFF',
        'backup-count': 1,
        'time-to-live-seconds': 7200,
        'statistics-enabled': true,
        eviction: { 'eviction-policy': 'NONE' },
        'merge-policy': { 'class-name': 'ExpirationTimeMergePolicy' },
        indexes: [
          { type: 'HASH', attributes: ['principal'] },
          { type: 'SORTED', attributes: ['expiresAt'] },
        ],
      },
    },
  })
})

test('joins exactly the members it is given', () => {
  const members = ['127.0.0.1:5801', '127.0.0.1:5802']
  expect(configured({ clusterName: 'a', members, port: 5801, autoIncrement: false })).toMatchObject({
    network: {
      port: { port: 5801, 'auto-increment': false },
      join: { 'tcp-ip': { enabled: true, 'member-list': members } },
    },
  })
})

test('maps are described one by one, or left to Hazelcast', () => {
  const maps = { net: { timeToLiveSeconds: 60, backupCount: 2, indexes: [] }, immortal: { timeToLiveSeconds: 0 } }
  expect(configured({ maps: { ...maps, plain: { stock: true, timeToLiveSeconds: 5 } } })).toMatchObject({
    map: {
      net: { 'time-to-live-seconds': 60, 'backup-count': 2, indexes: [] },
      immortal: { 'time-to-live-seconds': 0 },
    },
  })
  expect(configured({ maps: { plain: { stock: true } } })).toHaveProperty('map', {})
  expect(configured({ maps: {} })).toHaveProperty('map', {})
})

test('a member on its own gets a cluster name nobody else has', () => {
  const [first, second] = [resolveOptions({}).clusterName, resolveOptions({}).clusterName]
  expect(first).toMatch(/^dev-[0-9a-f]{12}$/)
  expect(second).not.toBe(first)
})

test('a public address fixes the port', () => {
  expect(configured({ publicAddress: '127.0.0.1:6000' })).toMatchObject({
    network: { 'public-address': '127.0.0.1:6000', port: { 'auto-increment': false } },
  })
})

test('all interfaces are no interface filter', () => {
  expect(configured({ host: '0.0.0.0' })).not.toHaveProperty('network.interfaces')
})

test('over a configuration file: what was said, and the session map unless the file has it', () => {
  const settings = resolveOptions({ configFile: 'own.yaml' })
  expect(overrideProperties(settings, 'hazelcast: { map: { session_replication: {} } }')).toEqual({})
  expect(overrideProperties(settings, 'hazelcast: {}')).toMatchObject({
    'hz.map.session_replication.time-to-live-seconds': '7200',
    'hz.map.session_replication.metadata-policy': 'OFF',
    'hz.map.session_replication.merge-policy.class-name': 'ExpirationTimeMergePolicy',
  })
  const explicit = { clusterName: 'a', port: 5801, maps: { web: { timeToLiveSeconds: 9 } } }
  expect(overrideProperties(resolveOptions({ ...explicit, configFile: 'own.yaml' }), 'web: {}')).toMatchObject({
    'hz.cluster-name': 'a',
    'hz.network.port.port': '5801',
    'hz.map.web.time-to-live-seconds': '9',
  })
})

function commandLine(options: StartMemberOptions): string[] {
  const overrides = { 'hz.cluster-name': 'x' }
  return jvmArguments({ settings: resolveOptions(options), jar: '/a.jar', configPath: '/a.yaml', overrides })
}

test('the development profile is small and quick, the production profile leaves the JVM its own choices', () => {
  expect(commandLine({})).toEqual(expect.arrayContaining(['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx128m']))
  expect(commandLine({ profile: 'production' })).toContain('-Xmx512m')
  expect(commandLine({ profile: 'production' }).join(' ')).not.toMatch(/TieredStopAtLevel|UseSerialGC/)
})

test('properties and JVM arguments of the caller win', () => {
  const line = commandLine({ properties: { 'hazelcast.max.no.heartbeat.seconds': 60 }, jvmArgs: ['-Xmx1g'] })
  expect(line.filter((argument) => argument.includes('heartbeat'))).toEqual([
    '-Dhazelcast.heartbeat.interval.seconds=1',
    '-Dhazelcast.max.no.heartbeat.seconds=60',
  ])
  expect(line.indexOf('-Xmx1g')).toBeGreaterThan(line.indexOf('-Xmx128m'))
  expect(line.slice(-3)).toEqual(['-cp', '/a.jar', 'com.hazelcast.core.server.HazelcastMemberStarter'])
})

test('answers are written from a queue, lest a frozen member holds them up', () => {
  expect(commandLine({})).toEqual(
    expect.arrayContaining(['-Dhazelcast.io.write.through=false', '-Dhazelcast.io.selectionKeyWakeupEnabled=false']),
  )
})

test('a configuration file says itself where the member listens', () => {
  expect(commandLine({}).join(' ')).toContain('-Dhazelcast.socket.bind.any=false')
  expect(commandLine({ configFile: 'own.yaml' }).join(' ')).not.toMatch(/bind\.any|localAddress/)
})

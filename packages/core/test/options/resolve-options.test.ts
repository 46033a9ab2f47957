import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../../src/options/resolve-options.ts'
import { topologyOf } from '../../src/options/topology.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'
import { SessionError } from '../../src/session-error.ts'

const recordStore = new MemoryRecordStore()
const somewhere: SessionManagerOptions = { recordStore }

function problemsOf(options: object, environment: NodeJS.ProcessEnv = {}): string[] {
  try {
    resolveOptions(options, environment)
    return []
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'INVALID_OPTION') throw error
    return error.message.split('\n- ').slice(1)
  }
}

test('without more than a place for sessions every option has its default', () => {
  const { serializer, recordStore: given, ...options } = resolveOptions(somewhere, {})
  expect(given).toBe(recordStore)
  expect(serializer.stringify({ a: 1 })).toBe('{"a":1}')
  expect(options).toEqual({
    enabled: true,
    mapName: 'session_replication',
    sticky: true,
    stalePeriod: 10,
    maxLocalSessions: 10_000,
    maxLocalBytes: 67_108_864,
    maxInactiveInterval: 1800,
    cleanUpPeriod: 60,
    operationTimeout: 2000,
    conflict: 'last-write-wins',
    merge: 'attributes',
    onStoreError: 'fail',
    localServiceLimit: 300,
    onUnreadable: 'new',
    maxSessionBytes: 1_048_576,
    endedMarkerMargin: 600,
    shutdownOnDestroy: true,
    debug: false,
  })
})

const good: readonly (readonly [keyof SessionManagerOptions, readonly unknown[]])[] = [
  ['clusterName', ['prod', 'x']],
  ['enabled', [true, false]],
  ['mapName', ['sessions', 'my.map_1-a']],
  ['sticky', [true, false]],
  ['workerName', ['w1', 'A_-9', 'x'.repeat(32)]],
  ['savePeriod', [-2, -1, 0, 1, 5, 1.5, 'attribute', 'shutdown', 'always', 'dirty', { every: 5 }, { every: 0.5 }]],
  ['deferredWrite', [true, false]],
  ['stalePeriod', [0, 0.5, 3600]],
  ['maxLocalSessions', [1, 1_000_000]],
  ['maxLocalBytes', [1, 1_000_000_000]],
  ['transientAttributes', [[[]], [['socket', 'cache']]]],
  ['maxInactiveInterval', [1, 0.5, 31_536_000]],
  ['absoluteTimeout', [1, 86_400]],
  ['touchAfter', [0, 1, 3600]],
  ['cleanUpPeriod', [1, 3600]],
  ['operationTimeout', [1, 60_000]],
  ['conflict', ['last-write-wins', 'fail', () => undefined]],
  ['merge', ['attributes', 'deep']],
  ['onStoreError', ['fail', 'local']],
  ['localServiceLimit', [1, 86_400]],
  ['onUnreadable', ['new', 'fail', 'remove']],
  ['maxSessionBytes', [1, 10_000_000]],
  ['endedMarkerMargin', [0, 600]],
  ['shutdownOnDestroy', [true, false]],
  ['serializer', [{ stringify: () => '', parse: () => undefined }]],
  ['logger', [console]],
  ['debug', [true, false]],
]

describe.each(good)('%s', (name, values) => {
  test.each(values)('takes %s', (value) => {
    expect(resolveOptions({ ...somewhere, [name]: value }, {})[name]).toEqual(value)
  })

  test('left undefined counts as not given', () => {
    expect(resolveOptions({ ...somewhere, [name]: undefined }, {})[name]).toEqual(resolveOptions(somewhere, {})[name])
  })
})

const bad: readonly (readonly [keyof SessionManagerOptions, readonly unknown[]])[] = [
  ['topology', ['client', 'p2p', true, null]],
  ['clusterMembers', [[], [''], 'host:5701', [7], null]],
  ['clusterName', ['', 7, null]],
  ['memberConfigLocation', ['', 'member.json', 7, null]],
  ['membersPerHost', [0, -1, 1.5, '2', null]],
  ['client', [{}, 'client', null, () => {}]],
  ['recordStore', [{}, { load: () => {} }, 7]],
  ['enabled', ['yes', 1, null]],
  ['mapName', ['', 'Sessions', 'my map', 'maps/*', 7]],
  ['sticky', ['true', 0]],
  ['workerName', ['', 'a.b', 'x'.repeat(33), 'worker 1', 7]],
  ['savePeriod', [-3, 0.5, -0.5, 400_000_000_000, Number.NaN, '5', 'never', { every: '5' }, {}, true, null]],
  ['deferredWrite', ['true', 1]],
  ['stalePeriod', [-1, 3601, '10']],
  ['maxLocalSessions', [0, 1.5, '10']],
  ['maxLocalBytes', [0, 1.5, '64MB']],
  ['transientAttributes', ['socket', [''], [7]]],
  ['maxInactiveInterval', [0, -1, '1800', Number.NaN, Number.POSITIVE_INFINITY, 1800n]],
  ['absoluteTimeout', [0, -1, '1']],
  ['touchAfter', [-1, '1', Number.NaN]],
  ['cleanUpPeriod', [0, 3601, 60_000, '60']],
  ['operationTimeout', [0, -1, 1.5, '2000']],
  ['conflict', ['first-write-wins', true, {}]],
  ['merge', ['shallow', true]],
  ['onStoreError', ['wait', true]],
  ['localServiceLimit', [0, '300']],
  ['onUnreadable', ['ignore', 7]],
  ['maxSessionBytes', [0, -1, 1.5, '1MB']],
  ['endedMarkerMargin', [-1, '600']],
  ['shutdownOnDestroy', ['false', 0]],
  ['serializer', [JSON.stringify, { stringify: () => '' }, 'json']],
  ['logger', [{}, { warn: () => {} }, true]],
  ['debug', ['true', 1, Symbol('debug')]],
]

describe.each(bad)('%s', (name, values) => {
  test.each(values)('refuses %s and says which option it is', (value) => {
    const options = name === 'recordStore' || name === 'client' || name === 'clusterMembers' ? {} : somewhere
    const problems = problemsOf({ ...options, [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^\`${name}\`: .+, got `))
  })
})

test('everything that is wrong is in one message', () => {
  const problems = problemsOf(
    { ...somewhere, maxInactiveInterval: -1, mapName: 'My Map', sticki: true },
    { HZ_SESSION_DEBUG: 'maybe', HZ_SESSION_MAPNAME: 'x' },
  )
  expect(problems).toHaveLength(5)
  for (const part of ['maxInactiveInterval', 'mapName', 'sticki', 'HZ_SESSION_DEBUG', 'HZ_SESSION_MAPNAME']) {
    expect(problems.join('\n')).toContain(part)
  }
})

test('a message says what was expected and what was there', () => {
  expect(problemsOf({ ...somewhere, mapName: 'Map' })).toEqual([
    '`mapName`: expected lower-case letters, digits, "_", "." and "-", got `"Map"` (string)',
  ])
  expect(problemsOf({ ...somewhere, maxInactiveInterval: Number.NaN })[0]).toContain('got `NaN` (number)')
})

test('a clean-up period that was meant in milliseconds gets the hint', () => {
  expect(problemsOf({ ...somewhere, cleanUpPeriod: 600_000 })[0]).toContain('seconds here')
})

test.each([
  ['clusterMember', 'clusterMembers'],
  ['maxInactiveIntervall', 'maxInactiveInterval'],
  ['mapname', 'mapName'],
  ['stiky', 'sticky'],
])('the unknown option %s gets the suggestion %s', (wrong, right) => {
  expect(problemsOf({ ...somewhere, [wrong]: 1 })).toEqual([
    `\`${wrong}\`: there is no such option; did you mean \`${right}\`?`,
  ])
})

test('an unknown option that is like no other gets no suggestion', () => {
  expect(problemsOf({ ...somewhere, xyzzy: 1 })).toEqual(['`xyzzy`: there is no such option'])
})

test('the value of an unknown option is not shown', () => {
  expect(problemsOf({ ...somewhere, password: 'hunter2' }).join()).not.toContain('hunter2')
})

test('objects and functions are not shown', () => {
  expect(problemsOf({ client: { password: 'hunter2' } }).join()).not.toContain('hunter2')
  expect(problemsOf({ ...somewhere, serializer: () => 'hunter2' }).join()).not.toContain('hunter2')
})

const production = { NODE_ENV: 'production' }

describe('where the cluster is', () => {
  const peerToPeer = { topology: 'peer-to-peer' } as const

  test('nothing said: peer-to-peer, but in production an error that says what to write', () => {
    expect(topologyOf(resolveOptions({}, {}))).toBe('peer-to-peer')
    const problems = problemsOf({}, production)
    expect(problems).toHaveLength(1)
    for (const way of [
      "`clusterMembers: ['host:5701']`",
      'HZ_SESSION_CLUSTER_MEMBERS=host:5701',
      "`topology: 'peer-to-peer'`",
      'HZ_SESSION_TOPOLOGY=peer-to-peer',
      '`enabled: false`',
    ])
      expect(problems[0]).toContain(way)
    expect(problemsOf({ memberConfigLocation: 'member.yaml' }, production)).toHaveLength(1)
    expect(problemsOf(peerToPeer, production)).toEqual([])
    expect(problemsOf({}, { ...production, HZ_SESSION_TOPOLOGY: 'peer-to-peer' })).toEqual([])
    expect(problemsOf({ enabled: false }, production)).toEqual([])
  })

  test('addresses or a client: somebody else brings the members', () => {
    expect(topologyOf(resolveOptions({ clusterMembers: ['a'] }, production))).toBe('client-server')
    const fromEnvironment = { ...production, HZ_SESSION_CLUSTER_MEMBERS: 'a' }
    expect(topologyOf(resolveOptions({}, fromEnvironment))).toBe('client-server')
    expect(topologyOf(resolveOptions({ ...peerToPeer, clusterMembers: ['a'] }, production))).toBe('peer-to-peer')
    expect(topologyOf(resolveOptions(peerToPeer, fromEnvironment))).toBe('peer-to-peer')
  })

  test('a store in the code is an answer that no variable contradicts', () => {
    const variables = { HZ_SESSION_TOPOLOGY: 'peer-to-peer', HZ_SESSION_MEMBERS_PER_HOST: '2' }
    expect(problemsOf({ recordStore }, { ...variables, HZ_SESSION_CLUSTER_MEMBERS: 'a' })).toEqual([])
  })

  test.each([
    [{ recordStore, clusterMembers: ['a'] }, '`clusterMembers` and `recordStore`: expected one of them'],
    [{ topology: 'client-server' }, "`clusterMembers`: expected the addresses of your cluster's members, got nothing"],
    [{ ...peerToPeer, client: { getMap: () => {}, getConfig: () => {} } }, '`client`: expected none with'],
    [{ ...peerToPeer, recordStore }, '`topology`: expected none with a record store'],
    [{ clusterMembers: ['a'], membersPerHost: 2 }, '`membersPerHost`: expected only with'],
    [{ clusterMembers: ['a'], memberConfigLocation: 'a.xml' }, '`memberConfigLocation`: expected only with'],
    [{ recordStore, membersPerHost: 2 }, '`membersPerHost`: expected only with'],
    [{ ...peerToPeer, clusterMembers: ['a:b'] }, '`clusterMembers`: expected `host` or `host:port`, got `"a:b"`'],
  ])('what does not fit together: %o', (options, problem) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)])
  })
})

test('enabled: false needs no cluster, and is a quick way back with one configured', () => {
  expect(problemsOf({ enabled: false })).toEqual([])
  expect(problemsOf({ enabled: false, clusterMembers: ['a'] })).toEqual([])
})

describe('`savePeriod` and `deferredWrite`', () => {
  test.each([
    [{ savePeriod: -2, deferredWrite: false }],
    [{ savePeriod: 'attribute', deferredWrite: false }],
    [{ savePeriod: 1, deferredWrite: true }],
    [{ savePeriod: 'dirty', deferredWrite: true }],
  ])('may say the same: %o', (options) => {
    expect(problemsOf({ ...somewhere, ...options })).toEqual([])
  })

  test.each([
    [{ savePeriod: 1, deferredWrite: false }, "means `savePeriod: 'attribute'` (-2), got `1`"],
    [{ savePeriod: { every: 5 }, deferredWrite: true }, 'got `{ every: 5 }`'],
    [{ savePeriod: 'attribute', deferredWrite: true }, "means `savePeriod: 'dirty'` (1), got `'attribute'`"],
  ])('must not contradict each other: %o', (options, end) => {
    expect(problemsOf({ ...somewhere, ...options })).toEqual([expect.stringContaining(end)])
  })

  test('what the code says to either replaces what the environment says to both', () => {
    const options = resolveOptions({ ...somewhere, savePeriod: 0 }, { HZ_SESSION_DEFERRED_WRITE: 'false' })
    expect(options).toMatchObject({ savePeriod: 0 })
    expect(options.deferredWrite).toBeUndefined()
  })

  test.each([
    ['-2', -2],
    ['5', 5],
    ['dirty', 'dirty'],
  ])('HZ_SESSION_SAVE_PERIOD=%s', (text, value) => {
    expect(resolveOptions(somewhere, { HZ_SESSION_SAVE_PERIOD: text }).savePeriod).toBe(value)
  })

  test('a number of seconds that is none is refused by the name of its field', () => {
    expect(problemsOf({ ...somewhere, savePeriod: { every: 0 } })[0]).toMatch(/^`savePeriod\.every`: /)
  })

  test.each([-1, 'shutdown', 5, { every: 5 }])('%o needs sticky sessions, and the error says why', (savePeriod) => {
    const [problem, ...others] = problemsOf({ ...somewhere, savePeriod, sticky: false })
    expect(others).toEqual([])
    expect(problem).toMatch(/^`savePeriod`: expected .+ where `sticky` is false, got .+ not seen by the others/)
  })

  test.each([-2, 0, 1, 'attribute', 'always', 'dirty'])('%o needs none', (savePeriod) => {
    expect(problemsOf({ ...somewhere, savePeriod, sticky: false })).toEqual([])
  })
})

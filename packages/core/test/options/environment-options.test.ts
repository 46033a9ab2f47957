import { describe, expect, test } from 'vitest'
import { MANAGER_READINGS, variableOf } from '../../src/options/environment-options.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'

const recordStore = new MemoryRecordStore()
const resolved = (environment: NodeJS.ProcessEnv, code: object = {}): object =>
  resolveOptions({ recordStore, ...code }, environment)

test('a variable is the name of its option in capitals', () => {
  expect(variableOf('operationTimeout')).toBe('HZ_SESSION_OPERATION_TIMEOUT')
  expect(variableOf('sticky')).toBe('HZ_SESSION_STICKY')
})

describe('kinds', () => {
  test('text', () => {
    expect(resolved({ HZ_SESSION_MAP_NAME: 'sessions', HZ_SESSION_CONFLICT: 'fail' })).toMatchObject({
      mapName: 'sessions',
      conflict: 'fail',
    })
  })

  test('numbers', () => {
    expect(resolved({ HZ_SESSION_MAX_INACTIVE_INTERVAL: '90', HZ_SESSION_TOUCH_AFTER: '0.5' })).toMatchObject({
      maxInactiveInterval: 90,
      touchAfter: 0.5,
    })
  })

  test('true and false', () => {
    expect(resolved({ HZ_SESSION_STICKY: 'false', HZ_SESSION_DEBUG: 'true' })).toMatchObject({
      sticky: false,
      debug: true,
    })
  })

  test('lists', () => {
    expect(resolveOptions({}, { HZ_SESSION_CLUSTER_MEMBERS: '10.0.0.1:5701, 10.0.0.2:5701' })).toMatchObject({
      clusterMembers: ['10.0.0.1:5701', '10.0.0.2:5701'],
    })
  })
})

test.each([
  ['HZ_SESSION_MAX_INACTIVE_INTERVAL', 'half an hour'],
  ['HZ_SESSION_MAX_INACTIVE_INTERVAL', 'NaN'],
  ['HZ_SESSION_MAX_INACTIVE_INTERVAL', 'Infinity'],
  ['HZ_SESSION_STICKY', 'yes'],
  ['HZ_SESSION_STICKY', 'TRUE'],
  ['HZ_SESSION_MERGE', 'shallow'],
  ['HZ_SESSION_CLUSTER_MEMBERS', 'a,,b'],
  ['HZ_SESSION_CLUSTER_MEMBERS', ','],
])('%s=%s is refused, by the name of the variable', (variable, text) => {
  const place = variable === 'HZ_SESSION_CLUSTER_MEMBERS' ? {} : { recordStore }
  expect(() => resolveOptions(place, { [variable]: text })).toThrow(`${variable}: `)
})

test('a variable that is set but empty says nothing', () => {
  const empty = Object.fromEntries(
    Object.keys(MANAGER_READINGS)
      .map(variableOf)
      .map((name) => [name, ' ']),
  )
  expect(resolved(empty)).toEqual(resolved({}))
})

test('blanks around a value do not count', () => {
  expect(resolved({ HZ_SESSION_MAP_NAME: ' sessions ' })).toMatchObject({ mapName: 'sessions' })
})

test('what the code says wins', () => {
  expect(resolved({ HZ_SESSION_STICKY: 'false', HZ_SESSION_DEBUG: 'true' }, { sticky: true })).toMatchObject({
    sticky: true,
    debug: true,
  })
})

test('an undefined in the code leaves the variable its say', () => {
  expect(resolved({ HZ_SESSION_STICKY: 'false' }, { sticky: undefined })).toMatchObject({ sticky: false })
})

test('what the code says wins over a variable that is wrong', () => {
  expect(resolved({ HZ_SESSION_STICKY: 'perhaps' }, { sticky: false })).toMatchObject({ sticky: false })
})

test('variables of others are none of our business', () => {
  expect(() => resolved({ PATH: '/bin', SESSION_SECRET: 'x', hz_session_debug: 'x' })).not.toThrow()
})

test('an unknown variable with our prefix is refused, with a suggestion and without its value', () => {
  expect(() => resolved({ HZ_SESSION_MAPNAME: 'hunter2' })).toThrow(
    expect.objectContaining({ message: expect.stringContaining('did you mean `HZ_SESSION_MAP_NAME`?') as string }),
  )
  expect(() => resolved({ HZ_SESSION_MAPNAME: 'hunter2' })).not.toThrow('hunter2')
})

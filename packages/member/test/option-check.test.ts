import { expect, test } from 'vitest'
import { MemberError } from '../src/member-error.ts'
import type { StartMemberOptions } from '../src/member-options.ts'
import { resolveOptions } from '../src/member-settings.ts'

function complaint(options: StartMemberOptions): string {
  try {
    resolveOptions(options)
  } catch (error) {
    if (error instanceof MemberError && error.code === 'INVALID_OPTION') return error.message
    throw error
  }
  return ''
}

test.each<[StartMemberOptions, RegExp]>([
  [{ port: 70_000 }, /port: expected a whole number from 1 to 65535, got 70000/],
  [{ heapMb: 1.5 }, /heapMb: expected a whole number/],
  [{ startTimeoutMs: 0 }, /startTimeoutMs: expected a whole number from 1/],
  [{ clusterName: ' ' }, /clusterName: expected a name, got " "/],
  [{ host: 'example.org' }, /host: expected an IPv4 address .*configFile/],
  [{ publicAddress: '127.0.0.1' }, /publicAddress: expected host:port/],
  [{ publicAddress: '127.0.0.1:1', autoIncrement: true }, /autoIncrement: expected false/],
  [{ clusterName: 'a', members: ['127.0.0.1'] }, /members: expected a list of host:port, got "127\.0\.0\.1"/],
  [{ members: ['127.0.0.1:5701'] }, /clusterName: expected a name, as there are members to join/],
  [{ version: 'latest' }, /version: expected one like 5\.7\.0, got "latest"/],
  [{ configFile: 'own.conf' }, /configFile: expected a \.yaml, \.yml or \.xml file/],
  [{ configFile: 'a.xml', host: '127.0.0.1' }, /host: expected none, as configFile says/],
  [{ configFile: 'a.xml', clusterName: 'a', members: ['a:1'] }, /members: expected none, as configFile says/],
  [{ configFile: 'a.xml', maps: { Web: {} } }, /maps\.Web: expected a lower-case name/],
  [{ maps: { web: { timeToLiveSeconds: -1 } } }, /maps\.web\.timeToLiveSeconds: expected whole seconds/],
  [{ maps: { web: { backupCount: 7 } } }, /maps\.web\.backupCount: expected a whole number from 0 to 6/],
])('%j is refused', (options, message) => {
  expect(complaint(options)).toMatch(message)
})

test('all of them in one message', () => {
  expect(complaint({ port: 0, host: '::1', heapMb: 1 }).match(/\n {2}- /g)).toHaveLength(3)
})

test.each<StartMemberOptions>([
  {},
  { host: 'localhost', gracefulSeconds: 0, maps: { Web: { timeToLiveSeconds: 0 } } },
  { clusterName: 'a', members: ['hz-1.internal:5701'] },
])('%j is accepted', (options) => {
  expect(complaint(options)).toBe('')
})

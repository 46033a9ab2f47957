import { expect, test } from 'vitest'
import { MemberOutput } from '../src/member-log.ts'
import { failureHints } from '../src/start-failure.ts'

function listening(): { heard: string[]; output: MemberOutput } {
  const heard: string[] = []
  const at = (level: string) => (message: string) => void heard.push(`${level} ${message}`)
  return {
    heard,
    output: new MemberOutput({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }),
  }
}

test('maps the levels of Java, and keeps lines without one with the record before them', () => {
  const { heard, output } = listening()
  for (const line of ['INFO|a.B|hello', 'WARNING|a.B|careful', '\tat a.B.c', 'SEVERE|a.B|broken', 'FINE|a.B|detail'])
    output.add(line)
  expect(heard).toEqual([
    'debug [hazelcast] hello',
    'warn [hazelcast] careful',
    'warn [hazelcast] \tat a.B.c',
    'error [hazelcast] broken',
    'debug [hazelcast] detail',
  ])
})

test('an uncaught exception is an error, whatever was logged before', () => {
  const { heard, output } = listening()
  for (const line of ['INFO|a.B|hello', 'Exception in thread "main" java.lang.Error', '\tat a.B.c']) output.add(line)
  expect(heard.map((line) => line.split(' ')[0])).toEqual(['debug', 'error', 'error'])
})

test('does not warn about a member that is alone because it was asked to be', () => {
  const { heard, output } = listening()
  output.add('WARNING|j|[127.0.0.1]:5701 [dev] [5.7.0] No join method is enabled! Starting standalone.')
  expect(heard[0]).toMatch(/^debug /)
})

test('learns what the member calls itself', () => {
  const { output } = listening()
  output.add('INFO|a.B|Loading configuration')
  expect([output.host, output.clusterName]).toEqual([undefined, undefined])
  output.add('INFO|a.B|[10.0.0.7]:5702 [my [odd] name] [5.7.0] [10.0.0.7]:5702 is STARTED')
  expect([output.host, output.clusterName]).toEqual(['10.0.0.7', 'my [odd] name'])
})

test('shows the last lines without stack frames', () => {
  const { output } = listening()
  for (const line of ['one', 'two', '\tat a.B.c', '... 12 more', '', 'three']) output.add(line)
  expect(output.lastLines(2)).toEqual(['two', 'three'])
})

test.each([
  ['java.net.BindException: Address already in use (Bind failed)', /choose another `port`/],
  ['Error: Could not find or load main class com.hazelcast.core.server.HazelcastMemberStarter', /The jar is damaged/],
  ['Unrecognized VM option', /`jvmArgs`/],
])('knows what to do about %j', (line, hint) => {
  expect(failureHints(['INFO|a|b', line]).join(' ')).toMatch(hint)
})

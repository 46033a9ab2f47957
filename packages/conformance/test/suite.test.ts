import { MemoryRecordStore } from '@hazelcast-session/core'
import { describeRecordStore, describeSessions } from '@hazelcast-session/conformance'
import * as conformance from '@hazelcast-session/conformance'
import type { Skip, StoreHarness, TestRunner } from '@hazelcast-session/conformance'
import { describe as nodeDescribe, test as nodeTest } from 'node:test'
import { describe, expect, test } from 'vitest'
import { collectedCases } from './collected-cases.ts'

const never = (): never => {
  throw new Error('never called')
}
const records = (runner: TestRunner, skip?: readonly Skip[]): void =>
  describeRecordStore({ name: 'a', runner, create: never, ...(skip && { skip }) })

test('the package exports these values and no others', () => {
  expect(Object.keys(conformance).toSorted()).toEqual([
    'LeapClock',
    'ObservedRecordStore',
    'describeAdapter',
    'describeRecordStore',
    'describeSessions',
  ])
})

test('the words of vitest and of node:test will do', () => {
  const runners: readonly TestRunner[] = [
    { describe, test },
    { describe: nodeDescribe, test: nodeTest },
  ]
  for (const { test: declare } of runners) expect(declare.skip).toBeTypeOf('function')
})

test('every sentence names one case', () => {
  for (const declare of [records, (runner: TestRunner) => describeSessions({ name: 'a', runner, create: never })]) {
    const names = collectedCases(declare).flatMap(({ sentence }) => sentence)
    expect(new Set(names).size).toBe(names.length)
  }
})

test('a case is skipped by its sentence, a behaviour by its name, and the report says why', () => {
  const skipped = (skip: readonly Skip[]): string[] =>
    collectedCases((runner) => records(runner, skip)).flatMap((found) => (found.isSkipped ? found.sentence : []))
  const sentence = 'an absent key is created, and create says true'
  expect(skipped([])).toEqual([])
  expect(skipped([{ case: sentence, reason: 'no reason' }])).toEqual([`${sentence} (skipped: no reason)`])
  expect(skipped([{ case: 'closing', reason: 'x' }])).toHaveLength(3)
})

test('a skip that names no case, or states no reason, is an error', () => {
  const declared = (skip: Skip) => () => collectedCases((runner) => records(runner, [skip]))
  expect(declared({ case: 'no such case', reason: 'x' })).toThrow('Expected `skip` to name a case')
  expect(declared({ case: 'closing', reason: ' ' })).toThrow('Expected a reason to skip')
})

test('a case that lacks something of the harness fails and says what, and the harness is disposed of', async () => {
  let disposed = 0
  const create = (): StoreHarness => ({ store: new MemoryRecordStore(), dispose: () => void disposed++ })
  const cases = collectedCases((runner) => describeRecordStore({ name: 'a', runner, create }))
  const found = cases.find(({ sentence }) => sentence === 'no entry is kept for ever')
  await expect(found?.run()).rejects.toThrow('This case needs `secondsLeft` of the harness')
  expect(disposed).toBe(1)
})

import { expect, test } from 'vitest'
import { progressWriter, type FetchProgress } from '../src/fetch-progress.ts'

const base = { version: '5.7.0', totalBytes: 21_384_275 }
const REPORTS: FetchProgress[] = [
  { ...base, state: 'started', receivedBytes: 0, elapsedMs: 0 },
  { ...base, state: 'fetching', receivedBytes: 10_000_000, elapsedMs: 1500 },
  { ...base, state: 'finished', receivedBytes: 21_384_275, elapsedMs: 3000 },
]

function written(isTTY: boolean): string {
  let text = ''
  const listener = progressWriter({ isTTY, write: (part) => (text += part) })
  for (const report of REPORTS) listener(report)
  return text
}

test('writes one line before and one after when nobody watches', () => {
  expect(written(false)).toBe(
    'Fetching Hazelcast 5.7.0 with Maven, this once ...\nFetched Hazelcast 5.7.0: 21.4 MB in 3.0 s\n',
  )
})

test('renews one line on a terminal', () => {
  expect(written(true)).toBe(
    '\r\u001b[KFetching Hazelcast 5.7.0 with Maven, this once ...' +
      '\r\u001b[KFetching Hazelcast 5.7.0 with Maven: 10.0 MB of 21.4 MB, 1.5 s' +
      '\r\u001b[KFetched Hazelcast 5.7.0: 21.4 MB in 3.0 s\n',
  )
})

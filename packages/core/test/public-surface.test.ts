import { expect, test } from 'vitest'

test('the package exports these values and no others', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'MemoryRecordStore',
    'Session',
    'SessionError',
    'SessionManager',
    'StoreUnavailableError',
  ])
})

import { afterEach, expect, test, vi } from 'vitest'
import { consoleLogger, reasonOf } from '../src/logger.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('warnings and errors go to the console, and nothing else', () => {
  const written = spies()
  const logger = consoleLogger(false)
  logger.debug('d')
  logger.info('i')
  logger.warn('w')
  logger.error('e')
  expect(written()).toEqual({
    debug: [],
    info: [],
    warn: [['[hazelcast-session]', 'w']],
    error: [['[hazelcast-session]', 'e']],
  })
})

test('with debug everything goes to the console', () => {
  const written = spies()
  const logger = consoleLogger(true)
  logger.debug('d')
  logger.info('i')
  expect(written()).toMatchObject({ debug: [['[hazelcast-session]', 'd']], info: [['[hazelcast-session]', 'i']] })
})

test('the reason of an error is its message, or its kind where it has none', () => {
  expect(reasonOf(new Error('no route'))).toBe('no route')
  expect(reasonOf(new TypeError(''))).toBe('TypeError')
  expect(reasonOf(new RangeError('null'))).toBe('RangeError')
})

test('the reason of what is no error is its text', () => {
  expect(reasonOf('gone')).toBe('gone')
  expect(reasonOf(undefined)).toBe('undefined')
})

function spies(): () => Record<string, unknown[][]> {
  const levels = ['debug', 'info', 'warn', 'error'] as const
  const mocks = levels.map((level) => [level, vi.spyOn(console, level).mockImplementation(() => {})] as const)
  return () => Object.fromEntries(mocks.map(([level, mock]) => [level, mock.mock.calls]))
}

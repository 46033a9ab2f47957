import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { WORKER_NAME, workerNamed } from '../src/worker.ts'

test('a worker has the name it was given', () => {
  expect(workerNamed('blue-1', { NODE_APP_INSTANCE: '3' })).toEqual({ name: 'blue-1' })
})

test('without a name it is the same after a restart', () => {
  expect(workerNamed(undefined, {})).toEqual(workerNamed(undefined, {}))
})

test('the instances of one host have different names, by pm2 or by node:cluster', () => {
  const names = [
    workerNamed(undefined, {}),
    workerNamed(undefined, { NODE_APP_INSTANCE: '0' }),
    workerNamed(undefined, { NODE_APP_INSTANCE: '1' }),
    workerNamed(undefined, { NODE_UNIQUE_ID: '2' }),
  ].map(({ name }) => name)
  expect(new Set(names).size).toBe(4)
})

test('a made-up name is a worker name, and does not tell the name of the host', () => {
  const { name } = workerNamed(undefined, {})
  expect(name).toMatch(WORKER_NAME)
  expect(name).toMatch(/^[0-9a-f]{8}$/)
  expect(name).not.toContain(hostname())
})

test.each(['', 'a b', 'a.b', 'ä', 'x'.repeat(33), 'a\n'])('%j is no worker name', (name) => {
  expect(name).not.toMatch(WORKER_NAME)
})

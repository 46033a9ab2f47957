import { defineConfig } from 'vitest/config'

const root = import.meta.dirname
const resolve = { conditions: ['@hazelcast-session/source', 'module', 'node', 'default'] }
const ssr = { resolve: { conditions: ['@hazelcast-session/source', 'module', 'node', 'default'] } }

/** Ms that a unit test may take, which takes some milliseconds, on a machine that is slow and does much else. */
const PATIENCE = 60_000

/** The slice of the matrix that every run plays, in two halves. */
const MATRIX = 'e2e/scenarios/matrix-*.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          root,
          include: ['packages/*/test/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.unit.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          maxWorkers: '100%',
          testTimeout: PATIENCE,
          hookTimeout: PATIENCE,
          expect: { poll: { timeout: PATIENCE / 2 } },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'integration',
          root,
          include: ['packages/*/test/**/*.integration.test.ts', 'e2e/**/*.test.ts'],
          exclude: ['**/*.unit.test.ts', MATRIX, '**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Members and workers share two cores with the tests, and two files fill each other's waits.
          maxWorkers: Number(process.env['TEST_FILES_AT_ONCE'] ?? 2),
          // After the unit tests: whoever breaks one hears of it in seconds.
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'matrix',
          root,
          include: [MATRIX],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Its cells are a load on the whole machine, and wait half of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config'

const root = import.meta.dirname
const resolve = { conditions: ['@hazelcast-session/source', 'module', 'node', 'default'] }
const ssr = { resolve: { conditions: ['@hazelcast-session/source', 'module', 'node', 'default'] } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          root,
          include: ['packages/*/test/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'integration',
          root,
          include: ['packages/*/test/**/*.integration.test.ts', 'e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Members and workers share two cores with the tests: one file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config'

const conditions = ['@hazelcast-session/source', 'module', 'node', 'default']

/** Runs that take long, and that nobody waits for: `npm run e2e`, `npm run soak`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['e2e/runs/*.run.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
    disableConsoleIntercept: true,
  },
})

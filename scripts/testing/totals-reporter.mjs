import { writeFileSync } from 'node:fs'
import { totalsOf } from './test-totals.mjs'

/** Vitest reporter that leaves the totals of the run in the file `TEST_TOTALS_FILE`, for scripts/test.mjs. */
export default class TotalsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env['TEST_TOTALS_FILE']
    if (file !== undefined) writeFileSync(file, JSON.stringify(totalsOf(modules, unhandledErrors)))
  }
}

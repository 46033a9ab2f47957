import { writeFileSync } from 'node:fs'
import { supportIn } from './support-table.mjs'

/** Vitest reporter that leaves the outcomes of `describeAdapter` in the file `TEST_SUPPORT_FILE`. */
export default class SupportReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const file = process.env['TEST_SUPPORT_FILE']
    if (file !== undefined) writeFileSync(file, JSON.stringify(supportIn(modules)))
  }
}

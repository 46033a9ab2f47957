/** @typedef {{ passed: number, failed: number, skipped: number }} TestTotals */

/**
 * What a run came to. A file that does not load, a hook that throws outside a test and an error nobody caught are one
 * failure each, since no test stands for them; so is a test that was collected and never finished.
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly unknown[]} unhandledErrors
 * @returns {TestTotals}
 */
export function totalsOf(modules, unhandledErrors) {
  const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    for (const suite of [module, ...module.children.allSuites()]) if (suite.errors().length > 0) totals.failed += 1
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      totals[state === 'pending' ? 'failed' : state] += 1
    }
  }
  return totals
}

/** The line that ends every run, for people and for what reads the output. @param {TestTotals} totals */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

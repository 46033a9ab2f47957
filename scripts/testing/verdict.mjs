/** @typedef {import('./test-totals.mjs').TestTotals} TestTotals */

/**
 * Whether a run of vitest counts as a success, and if not, why.
 * @param {object} run
 * @param {number | null} run.exitCode null when a signal ended vitest.
 * @param {TestTotals | undefined} run.totals undefined when vitest wrote none.
 * @param {readonly string[]} [run.support] What docs/reference/frameworks.md shows otherwise than the adapters' suites had it.
 * @param {boolean} run.inCi There, a run that tests nothing is a mistake of the set-up.
 * @returns {{ totals: TestTotals, complaint: string | undefined }}
 */
export function verdict({ exitCode, totals, support = [], inCi }) {
  if (totals === undefined) {
    return { totals: { passed: 0, failed: 1, skipped: 0 }, complaint: 'vitest ended without a result' }
  }
  if (exitCode !== 0 && totals.failed === 0) {
    return {
      totals: { ...totals, failed: 1 },
      complaint: `vitest ended with ${exitCode ?? 'a signal'} though no test failed`,
    }
  }
  if (totals.failed > 0) return { totals, complaint: 'tests failed' }
  if (support.length > 0) {
    return {
      totals: { ...totals, failed: support.length },
      complaint: `docs/reference/frameworks.md is not what the adapters' suites came to; \`npm run support\` writes it\n- ${support.join('\n- ')}`,
    }
  }
  if (inCi && totals.passed === 0) return { totals, complaint: 'no test ran, and CI is set' }
  return { totals, complaint: undefined }
}

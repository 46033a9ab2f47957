import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inCi, ROOT, run } from './command.mjs'
import { differences, supportShown } from './testing/support-table.mjs'
import { closingLine } from './testing/test-totals.mjs'
import { verdict } from './testing/verdict.mjs'

const BUILD = ['run', 'build', '--output-logs=errors-only']
const REPORTERS = [
  '--reporter=default',
  ...['totals', 'support'].map((name) => `--reporter=${join(ROOT, `scripts/testing/${name}-reporter.mjs`)}`),
]
const SUPPORT_PAGE = join(ROOT, 'docs/reference/frameworks.md')

/** @param {string[]} vitestArgs */
async function main(vitestArgs) {
  console.log('test: building the packages, because the workers that tests start run from dist/ ...')
  const built = await run('turbo', BUILD)
  if (built !== 0) return finish({ totals: { passed: 0, failed: 1, skipped: 0 }, complaint: 'the build failed' })

  console.log(
    `\ntest: running ${['vitest', ...vitestArgs].join(' ')} (integration tests start Hazelcast members: minutes) ...`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'test-totals-'))
  const files = { TEST_TOTALS_FILE: join(folder, 'totals.json'), TEST_SUPPORT_FILE: join(folder, 'support.json') }
  const exitCode = await run('vitest', ['run', ...REPORTERS, ...vitestArgs], files)
  const totals = written(files.TEST_TOTALS_FILE)
  const shown = supportShown(readFileSync(SUPPORT_PAGE, 'utf8'))
  const isWhole = vitestArgs.length === 0 && inCi()
  const support = differences(shown, written(files.TEST_SUPPORT_FILE) ?? [], isWhole)
  rmSync(folder, { recursive: true })
  finish(verdict({ exitCode, totals, support, inCi: inCi() }))
}

/** @param {string} file */
function written(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** @param {ReturnType<typeof verdict>} outcome */
function finish({ totals, complaint }) {
  if (complaint !== undefined) {
    console.error(`\ntest: ${complaint}`)
    process.exitCode = 1
  }
  console.log(closingLine(totals))
}

await main(process.argv.slice(2))

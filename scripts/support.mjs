import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, run } from './command.mjs'
import { supportShown, withCases, withSums } from './testing/support-table.mjs'

const PAGE = join(ROOT, 'docs/reference/frameworks.md')
const README = join(ROOT, 'README.md')

/**
 * Runs the adapters' suites, or the given files alone, and writes what came of them into the pages. What was not run stays as
 * it is shown.
 * @param {string[]} files
 */
async function main(files) {
  const folder = mkdtempSync(join(tmpdir(), 'support-'))
  const file = join(folder, 'support.json')
  const reporters = ['--reporter=dot', `--reporter=${join(ROOT, 'scripts/testing/support-reporter.mjs')}`]
  const exitCode = await run('vitest', ['run', ...reporters, ...files], { TEST_SUPPORT_FILE: file })
  if (exitCode !== 0) throw new Error('Expected every case to hold, or to be skipped with a reason')
  /** @type {ReturnType<typeof supportShown>} */
  const seen = JSON.parse(readFileSync(file, 'utf8'))
  rmSync(folder, { recursive: true })
  const page = readFileSync(PAGE, 'utf8')
  const ran = new Set(seen.map(({ adapter }) => adapter))
  const support = [...seen, ...supportShown(page).filter(({ adapter }) => !ran.has(adapter))]
  writeFileSync(PAGE, withCases(page, support))
  writeFileSync(README, withSums(readFileSync(README, 'utf8'), support))
  await run('oxfmt', [PAGE, README])
}

const files = process.argv.slice(2)
await main(files.length > 0 ? files : ['test/adapter', 'next-adapter'])

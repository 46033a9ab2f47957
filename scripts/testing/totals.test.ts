import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closingLine } from './test-totals.mjs'
import { verdict } from './verdict.mjs'

const VITEST = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
const REPORTER = join(import.meta.dirname, 'totals-reporter.mjs')

describe('the totals of a run', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'totals-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function totalsOf(files: Record<string, string>, ...args: string[]): { totals: unknown; exitCode: number | null } {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const file = join(folder, 'totals.json')
    const run = [VITEST, 'run', '--globals', `--root=${folder}`, `--reporter=${REPORTER}`, ...args]
    const { status } = spawnSync(process.execPath, run, { env: { ...process.env, TEST_TOTALS_FILE: file } })
    return { totals: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, exitCode: status }
  }

  it.each([
    ['tests that pass', `it('a', () => {}); describe('b', () => { it('c', () => {}) })`, [2, 0, 0]],
    ['tests that fail', `it('a', () => { throw new Error('x') }); it('b', () => {})`, [1, 1, 0]],
    ['tests left out', `it.skip('a', () => {}); it.todo('b'); it('c', () => {})`, [1, 0, 2]],
    ['a file that does not load', `import './missing.js'; it('a', () => {})`, [0, 1, 0]],
    ['a file that throws while it loads', `it('a', () => {}); throw new Error('x')`, [0, 1, 0]],
    ['a file without tests', ``, [0, 1, 0]],
    [
      'a hook that throws',
      `describe('b', () => { beforeAll(() => { throw new Error('x') }); it('a', () => {}) })`,
      [0, 1, 1],
    ],
    ['a hook of the file that throws', `beforeAll(() => { throw new Error('x') }); it('a', () => {})`, [0, 1, 1]],
    ['a hook that throws afterwards', `afterAll(() => { throw new Error('x') }); it('a', () => {})`, [1, 1, 0]],
    [
      'an error nobody caught',
      `it('a', () => { setTimeout(() => { throw new Error('x') }); return new Promise(r => setTimeout(r, 50)) })`,
      [1, 1, 0],
    ],
  ])('%s', { timeout: 30_000 }, (_, text, [passed, failed, skipped]) => {
    const { totals, exitCode } = totalsOf({ 'a.test.js': text })
    expect(totals).toEqual({ passed, failed, skipped })
    expect(exitCode).toBe(failed === 0 ? 0 : 1)
  })

  it('are zero when no file matches', { timeout: 30_000 }, () => {
    expect(totalsOf({}, '--passWithNoTests')).toEqual({ totals: { passed: 0, failed: 0, skipped: 0 }, exitCode: 0 })
  })
})

describe('the verdict', () => {
  const totals = { passed: 3, failed: 0, skipped: 1 }
  it('is a success when vitest and the totals agree', () => {
    expect(verdict({ exitCode: 0, totals, inCi: true })).toEqual({ totals, complaint: undefined })
  })
  it('is a failure when a test failed, whatever vitest says', () => {
    expect(verdict({ exitCode: 0, totals: { ...totals, failed: 1 }, inCi: false }).complaint).toBe('tests failed')
  })
  it.each([1, null])('counts an unexplained end of vitest (%s) as a failure', (exitCode) => {
    const { totals: counted, complaint } = verdict({ exitCode, totals, inCi: false })
    expect(closingLine(counted)).toBe('3 passed, 1 failed, 1 skipped')
    expect(complaint).toContain('though no test failed')
  })
  it('counts a missing result as a failure', () => {
    const { totals: counted, complaint } = verdict({ exitCode: 0, totals: undefined, inCi: false })
    expect(closingLine(counted)).toBe('0 passed, 1 failed, 0 skipped')
    expect(complaint).toBe('vitest ended without a result')
  })
  it('does not accept in CI that nothing ran', () => {
    const nothing = { passed: 0, failed: 0, skipped: 9 }
    expect(verdict({ exitCode: 0, totals: nothing, inCi: true }).complaint).toContain('no test ran')
    expect(verdict({ exitCode: 0, totals: nothing, inCi: false }).complaint).toBeUndefined()
  })
})

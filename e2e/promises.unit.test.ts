import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const README = readFileSync(new URL('README.md', import.meta.url), 'utf8')
const SCENARIOS = new URL('scenarios/', import.meta.url)
/** `| 1. what is promised | `scenario`, `scenario` |` */
const ROW = /^\| (\d+)\. [^|]+\| ([^|]+)\|$/gm
const PROMISES = 12

const rows = [...README.matchAll(ROW)].map(([, number, cell = '']) => ({
  number: Number(number),
  scenarios: [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name ?? ''),
}))

describe('the table of promises', () => {
  test('has each of them once', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: PROMISES }, (_, index) => index + 1))
  })

  test.each(rows)('names scenarios that there are for promise $number', ({ scenarios }) => {
    expect(scenarios.length).toBeGreaterThan(0)
    expect(scenarios.filter((name) => !existsSync(new URL(`${name}.test.ts`, SCENARIOS)))).toEqual([])
  })
})

describe('the table of scenarios', () => {
  test.each(readdirSync(SCENARIOS).map((file) => file.replace(/\.test\.ts$/, '')))('has %s', (name) => {
    expect(README).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'))
  })
})

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { MANAGER_READINGS, variableOf } from '../../src/options/environment-options.ts'
import { MANAGER_FIELDS } from '../../src/options/options-schema.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'
import { MemoryRecordStore } from '../../src/records/memory-record-store.ts'

/** Defaults that the page puts into words. */
const IN_WORDS: ReadonlySet<string> = new Set(['serializer'])

const page = await readFile(new URL('../../../../docs/reference/options.md', import.meta.url), 'utf8')

/** The rows of the table, cell by cell. */
const rows = page
  .split('\n')
  .filter((line) => /^\| `\w+`/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()))

test('the page has a row for every option, and for nothing else', () => {
  expect(rows.map(([name]) => name)).toEqual(Object.keys(MANAGER_FIELDS).map((name) => `\`${name}\``))
})

test('every row names the variable of its option, where there is one', () => {
  const variables = Object.keys(MANAGER_FIELDS).map(variableOf)
  const expected = variables.map((variable) =>
    Object.keys(MANAGER_READINGS).map(variableOf).includes(variable) ? `\`${variable}\`` : '–',
  )
  expect(rows.map(([, variable]) => variable)).toEqual(expected)
})

test('every row has the default of its option', () => {
  const defaults = new Map(Object.entries(resolveOptions({ recordStore: new MemoryRecordStore() }, {})))
  defaults.delete('recordStore')
  for (const [index, name] of Object.keys(MANAGER_FIELDS).entries()) {
    const shown = rows[index]?.[2]
    const value: unknown = defaults.get(name)
    const isPlain = value !== undefined && !IN_WORDS.has(name)
    expect(`${name}: ${isPlain ? shown : ''}`).toBe(`${name}: ${isPlain ? `\`${literal(value)}\`` : ''}`)
    expect(shown).not.toBe('')
  }
})

test('every row says what its option means', () => {
  expect(rows.filter((cells) => cells.length !== 5 || cells[4] === '')).toEqual([])
})

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

import { readFile, readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'

const README = new URL('../../../README.md', import.meta.url)

/** The first cells of the README's table. */
async function rowsOfReadme(): Promise<string[]> {
  const [, section = ''] = (await readFile(README, 'utf8')).split('### Differences from express-session')
  const [table = ''] = section.split('\n## ')
  const rows = table.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(2).map((line) => line.split(' | ')[0]!.slice(2).trim())
}

/** Of the files beside this one, as one text. */
async function sources(): Promise<string> {
  const names = (await readdir(import.meta.dirname)).filter((name) => name.startsWith('differences'))
  const texts = await Promise.all(names.map((name) => readFile(`${import.meta.dirname}/${name}`, 'utf8')))
  return texts.join('\n').replaceAll(/\(\s+/g, '(')
}

test('every row of the table of differences has a test, whose title begins with it', async () => {
  const [rows, text] = [await rowsOfReadme(), await sources()]
  const isTested = (row: string): boolean => text.includes(`('${row}: `) || text.includes(`("${row}: `)
  expect(rows.length).toBeGreaterThan(15)
  expect(rows.filter((row) => !isTested(row))).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')

/** What stands in code type in the first column of the tables under a heading. */
function namesUnder(heading: string): string[] {
  const section = readme.split(/^##+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return Array.from(section.matchAll(/^\| `(\w+)`/gm), (match) => match[1] ?? '')
}

function namesIn(file: string, pattern: RegExp): string[] {
  return Array.from(readFileSync(join(folder, 'src', file), 'utf8').matchAll(pattern), (match) => match[1] ?? '')
}

test('the README has every option, and no other', () => {
  expect(namesUnder('Options').toSorted()).toEqual(namesIn('member-options.ts', /^ {2}readonly (\w+)\?:/gm).toSorted())
})

test('the README has every field of a map', () => {
  expect(namesUnder('Maps').toSorted()).toEqual(namesIn('map-config.ts', /^ {2}readonly (\w+)\?:/gm).toSorted())
})

test('the README has every error code', () => {
  expect(namesUnder('Errors')).toEqual(namesIn('member-error.ts', /^ {2}\| '(\w+)'/gm))
})

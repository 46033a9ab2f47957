import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../command.mjs'
import { differences, supportShown, withCases, withSums } from './support-table.mjs'
import type { Support } from './support-table.mjs'

const EMPTY =
  'Before.\n\n<!-- written by `npm run support` -->\n\n<!-- end of what is written by `npm run support` -->\n'
const HOLDS = { adapter: 'Koa 3', behaviour: 'cookies', sentence: 'it is signed', outcome: '✓' }
const DOES_NOT = { ...HOLDS, adapter: 'Next', outcome: 'there is no response of node' }
const OTHER = { ...HOLDS, behaviour: 'responses', sentence: '204' }

/** Cells without what a formatter pads them with. */
const cells = (page: string): string => page.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

it('what a page shows is what was written into it', () => {
  const support = [HOLDS, DOES_NOT, OTHER]
  const page = withCases(EMPTY, support)
  expect(page).toContain('| case | Koa 3 | Next |')
  expect(supportShown(page).filter(({ outcome }) => outcome !== '')).toEqual(support)
  expect(withCases(page, support)).toBe(page)
})

it('a case that is shown otherwise than it went is named, whatever else was run', () => {
  const shown = [HOLDS, DOES_NOT, OTHER]
  expect(differences(shown, [], false)).toEqual([])
  expect(differences(shown, [HOLDS], false)).toEqual([])
  expect(differences(shown, [{ ...HOLDS, outcome: 'not so' }], false)).toEqual([
    'Koa 3, cookies, it is signed: not so, and shown is ✓',
  ])
  expect(differences(shown, [{ ...HOLDS, sentence: 'a new one' }], false)).toEqual([
    'Koa 3, cookies, a new one: ✓, and shown is nothing',
  ])
})

it('when everything was run, a case that was not is named too', () => {
  expect(differences([HOLDS, OTHER], [HOLDS], true)).toEqual(['Koa 3, responses, 204: is shown, and did not run'])
})

it('the sums say how many hold', () => {
  expect(withSums(EMPTY, [HOLDS, DOES_NOT])).toContain('| cookies | 1 of 1 | 0 of 1 |')
})

it('the README has the sums of the page', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const support: readonly Support[] = supportShown(readFileSync(join(ROOT, 'docs/reference/frameworks.md'), 'utf8'))
  expect(support.length).toBeGreaterThan(300)
  expect(
    cells(
      withSums(
        readme,
        support.filter(({ outcome }) => outcome !== ''),
      ),
    ),
  ).toBe(cells(readme))
})

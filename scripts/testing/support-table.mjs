/**
 * What one adapter makes of one case: that it holds, or why it does not apply.
 * @typedef {{ adapter: string, behaviour: string, sentence: string, outcome: string }} Support
 */

const BEGIN = '<!-- written by `npm run support` -->'
const END = '<!-- end of what is written by `npm run support` -->'
const SUITE = 'adapter: '
const HOLDS = '✓'

/**
 * The outcomes of `describeAdapter` in a run. What failed, or was filtered out, has none.
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @returns {Support[]}
 */
export function supportIn(modules) {
  return modules.flatMap((module) => [...module.children.allTests()].flatMap(supportOf))
}

/** @param {import('vitest/node').TestCase} test @returns {Support[]} */
function supportOf(test) {
  const behaviour = test.parent
  const suite = 'parent' in behaviour ? behaviour.parent : undefined
  if (!('name' in behaviour) || !suite || !('name' in suite) || !suite.name.startsWith(SUITE)) return []
  const [, sentence = test.name, reason] = /^(.*) \(skipped: (.*)\)$/s.exec(test.name) ?? []
  const outcome = test.result().state === 'passed' ? HOLDS : reason
  return outcome === undefined
    ? []
    : [{ adapter: suite.name.slice(SUITE.length), behaviour: behaviour.name, sentence, outcome }]
}

/** The outcomes that a page shows. @param {string} page @returns {Support[]} */
export function supportShown(page) {
  /** @type {Support[]} */
  const shown = []
  let behaviour = ''
  /** @type {string[]} */
  let adapters = []
  for (const line of block(page).split('\n')) {
    if (line.startsWith('## ')) behaviour = line.slice(3)
    if (!line.startsWith('|')) continue
    const [sentence = '', ...outcomes] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    if (sentence === 'case') adapters = outcomes
    else if (!/^:?-+:?$/.test(sentence)) {
      outcomes.forEach((outcome, index) => shown.push({ adapter: adapters[index] ?? '', behaviour, sentence, outcome }))
    }
  }
  return shown
}

/**
 * What is wrong with what is shown: cases that ran, and are shown otherwise; cases that an adapter of the run does not have.
 * @param {readonly Support[]} shown
 * @param {readonly Support[]} seen
 * @param {boolean} isWhole Whether all adapters ran, and all cases.
 * @returns {string[]}
 */
export function differences(shown, seen, isWhole) {
  const before = new Map(shown.map((support) => [keyOf(support), support.outcome]))
  const now = new Map(seen.map((support) => [keyOf(support), support.outcome]))
  const wrong = [...now].filter(([key, outcome]) => before.get(key) !== outcome)
  const gone = isWhole ? [...before.keys()].filter((key) => !now.has(key)) : []
  return [
    ...wrong.map(([key, outcome]) => `${key}: ${outcome}, and shown is ${before.get(key) ?? 'nothing'}`),
    ...gone.map((key) => `${key}: is shown, and did not run`),
  ]
}

/** @param {Support} support */
function keyOf({ adapter, behaviour, sentence }) {
  return `${adapter}, ${behaviour}, ${sentence}`
}

/** The page with these outcomes. @param {string} page @param {readonly Support[]} support */
export function withCases(page, support) {
  const adapters = distinct(support.map(({ adapter }) => adapter)).toSorted()
  const tables = distinct(support.map(({ behaviour }) => behaviour)).map((behaviour) => {
    const cases = support.filter((of) => of.behaviour === behaviour)
    const rows = distinct(cases.map(({ sentence }) => sentence)).map((sentence) => {
      const outcomes = adapters.map((adapter) => cases.find((of) => of.adapter === adapter && of.sentence === sentence))
      return [sentence, ...outcomes.map((found) => found?.outcome ?? '')]
    })
    return `## ${behaviour}\n\n${table(['case', ...adapters], rows)}`
  })
  return withBlock(page, tables.join('\n\n'))
}

/** The page with how many cases hold, of how many. @param {string} page @param {readonly Support[]} support */
export function withSums(page, support) {
  const adapters = distinct(support.map(({ adapter }) => adapter)).toSorted()
  const rows = distinct(support.map(({ behaviour }) => behaviour)).map((behaviour) => [
    behaviour,
    ...adapters.map((adapter) => {
      const outcomes = support.filter((of) => of.behaviour === behaviour && of.adapter === adapter)
      return `${outcomes.filter(({ outcome }) => outcome === HOLDS).length} of ${outcomes.length}`
    }),
  ])
  return withBlock(page, table(['', ...adapters], rows))
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** @param {string} page */
function block(page) {
  const { begin, end } = borders(page)
  return page.slice(begin, end)
}

/** @param {string} page @param {string} text */
function withBlock(page, text) {
  const { begin, end } = borders(page)
  return `${page.slice(0, begin)}\n\n${text}\n\n${page.slice(end)}`
}

/** @param {string} page */
function borders(page) {
  const [begin, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)]
  if (begin < BEGIN.length || end < begin) throw new Error(`Expected a page with the lines ${BEGIN} and ${END}`)
  return { begin, end }
}

/** @template T @param {readonly T[]} values */
function distinct(values) {
  return [...new Set(values)]
}

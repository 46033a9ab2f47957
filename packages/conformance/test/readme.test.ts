import { readFile } from 'node:fs/promises'
import { describeAdapter, describeRecordStore, describeSessions } from '@hazelcast-session/conformance'
import { expect, test } from 'vitest'
import { collectedCases } from './collected-cases.ts'

const readme = await textOf('../README.md')
const NAMED = /`((?:adapter|record-store|sessions)\/[a-z-]+\.ts)` “([^”]+)”/g
/** Tests of this project itself, where an original is about more than one store or adapter can be asked for. */
const ELSEWHERE = /`((?:e2e|packages)\/[a-z0-9/-]+\.test\.ts)` “([^”]+)”/g
const NOT_APPLICABLE = '**not applicable**: '

test('each case that the table names exists, in the file that it names', async () => {
  const never = (): never => {
    throw new Error('never called')
  }
  const cases = [
    ...collectedCases((runner) => describeRecordStore({ name: 'a', runner, create: never })),
    ...collectedCases((runner) => describeSessions({ name: 'a', runner, create: never })),
    ...collectedCases((runner) => describeAdapter({ name: 'a', runner, harness: { serve: never } })),
  ]
  const sentences = new Set(cases.map(({ sentence }) => sentence))
  const named = [...readme.matchAll(NAMED)].map(([, file = '', sentence = '']) => ({ file, sentence }))
  expect(named.length).toBeGreaterThan(100)
  const wrong: object[] = []
  for (const name of named) {
    const source = await textOf(`../src/${name.file}`)
    if (!sentences.has(name.sentence) || !source.includes(name.sentence)) wrong.push(name)
  }
  expect(wrong).toEqual([])
})

test('each test that the table names elsewhere exists there', async () => {
  const named = [...readme.matchAll(ELSEWHERE)].map(([, file = '', sentence = '']) => ({ file, sentence }))
  expect(named.length).toBeGreaterThan(5)
  for (const { file, sentence } of named) expect(await textOf(`../../../${file}`)).toContain(`test('${sentence}'`)
})

test('each original has a case, or a reason', () => {
  const rows = readme.split('\n').filter((line) => /^\| (WM|TC|J12)/.test(line))
  expect(rows.length).toBeGreaterThan(100)
  const open = rows.filter((row) => !row.match(NAMED) && !row.match(ELSEWHERE) && !row.includes(NOT_APPLICABLE))
  expect(open).toEqual([])
})

test('the sums above the table are those of its rows', () => {
  const sums = { recreated: 0, never: 0 }
  for (const row of readme.split('\n').filter((line) => /^\| (WM|TC|J12)/.test(line))) {
    const count = Number(/\((\d+)\)/.exec(row)?.[1] ?? 1)
    sums[row.includes(NOT_APPLICABLE) ? 'never' : 'recreated'] += count
  }
  const said = readme.replaceAll(/\s+/g, ' ')
  const all = sums.recreated + sums.never
  expect(said).toContain(`Of ${all} originals ${sums.recreated} are re-created, and ${sums.never} do not apply.`)
})

test('the examples are what the memory store runs', async () => {
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
  const source = await textOf('memory.test.ts')
  expect(examples).toHaveLength(2)
  for (const example of examples) expect(source).toContain(example)
})

function textOf(file: string): Promise<string> {
  return readFile(new URL(file, import.meta.url), 'utf8')
}

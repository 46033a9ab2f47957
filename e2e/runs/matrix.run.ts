import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nextShop } from '../harness/next-app.ts'
import { Stage } from '../harness/stage.ts'
import { MATRIX } from '../matrix.ts'
import { BALANCERS, isMeant, titleOf } from '../matrix/cell.ts'
import { MemberPool } from '../matrix/member-pool.ts'
import { pageOf } from '../matrix/page.ts'
import { lineOf, play } from '../matrix/play.ts'
import { ResultFile } from '../matrix/result-file.ts'
import { summaryOf, tableOf } from '../matrix/table.ts'

const PAGE = fileURLToPath(new URL('../../docs/reference/matrix.md', import.meta.url))
/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000

const filter = process.env['MATRIX_FILTER']
/** Which of how many processes this is, that share the cells. */
const [lane = 0, lanes = 1] = (process.env['MATRIX_LANE'] ?? '0/1').split('/').map(Number)
const laneOf = (index: number): number => Math.floor(index / BALANCERS.length) % lanes
const results = await ResultFile.open()
const wanted = MATRIX.filter((cell) => filter === undefined || isMeant(cell, filter))
const open = wanted.filter((cell) => !results.has(cell)).filter((_, index) => laneOf(index) === lane)
const minutes = Math.ceil(results.estimate(open) / 60)
process.stdout.write(
  `${MATRIX.length} cells, ${wanted.length} wanted, ${open.length} of them to be played here: about ${minutes} minutes\n`,
)

describe('the matrix', () => {
  const stage = new Stage()
  const pool = new MemberPool(stage)
  beforeAll(async () => {
    if (open.some(({ framework }) => framework === 'Next')) await nextShop()
  }, BUILD_LIMIT)
  beforeEach(() => stage.dismiss())

  test.for(open.map((cell, index) => [titleOf(cell), cell, index] as const))('%s', async ([, cell, index]) => {
    const left = Math.ceil(results.estimate(open.slice(index)) / 60)
    try {
      const result = await play(stage, cell, await pool.membersFor(cell))
      await results.add(result)
      process.stdout.write(`${index + 1} of ${open.length}, ${left} minutes left: ${lineOf(result)}\n`)
      expect(result.problems, `its log is ${result.log}`).toEqual([])
    } catch (error) {
      await pool.discard()
      throw error
    }
  })
  test.skipIf(open.length > 0)('has nothing left to play', () => {
    expect(results.of(wanted)).toHaveLength(wanted.length)
  })

  afterAll(async () => {
    if (lanes > 1) return
    process.stdout.write(`\n${tableOf(results.of(wanted))}\n\n${summaryOf(results.of(wanted))}\n`)
    const all = results.of(MATRIX)
    if (all.length < MATRIX.length) return
    await writeFile(PAGE, pageOf(all, new Date().toISOString().slice(0, 10)))
    process.stdout.write(`\nEvery cell has a result: ${PAGE} is written anew.\n`)
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemberPool } from '../matrix/member-pool.ts'
import { nextShop } from '../harness/next-app.ts'
import { canRunHAProxy, canRunNginx, canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { SLICE } from '../matrix.ts'
import { titleOf } from '../matrix/cell.ts'
import type { Mode } from '../matrix/cell.ts'
import { lineOf, play } from '../matrix/play.ts'
import type { CellResult } from '../matrix/play.ts'
import { tableOf } from '../matrix/table.ts'

/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000
const CAN_RUN = { HAProxy: canRunHAProxy, nginx: canRunNginx, none: canStartMembers }

/** Plays the cells of the slice with sessions that are bound to workers, or with those that are not. */
export function describeMatrixSlice(mode: Mode): void {
  describe.skipIf(!canStartMembers)(`the matrix, ${mode}`, () => {
    const stage = new Stage()
    const pool = new MemberPool(stage)
    const results: CellResult[] = []
    beforeAll(async () => {
      await nextShop()
    }, BUILD_LIMIT)
    beforeEach(() => stage.dismiss())

    test.for(SLICE.filter((cell) => cell.mode === mode).map((cell) => [titleOf(cell), cell] as const))(
      '%s',
      async ([, cell], { skip }) => {
        skip(!CAN_RUN[cell.balancer])
        try {
          const result = await play(stage, cell, await pool.membersFor(cell))
          results.push(result)
          process.stdout.write(`measured: ${lineOf(result)}\n`)
          expect(result.problems, `its log is ${result.log}`).toEqual([])
        } catch (error) {
          await pool.discard()
          throw error
        }
      },
    )
    afterAll(() => void process.stdout.write(`measured: the matrix, ${mode}\n${tableOf(results)}\n`))
  })
}

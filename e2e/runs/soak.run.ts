import { describe, expect, test } from 'vitest'
import { nextShop } from '../harness/next-app.ts'
import { Stage } from '../harness/stage.ts'
import { BALANCERS, FRAMEWORKS, MODES, titleOf } from '../matrix/cell.ts'
import type { Cell } from '../matrix/cell.ts'
import { Dice } from '../matrix/dice.ts'
import { MemberPool } from '../matrix/member-pool.ts'
import { lineOf, play } from '../matrix/play.ts'
import { RandomFailures } from '../matrix/random-failures.ts'
import { tableOf } from '../matrix/table.ts'

const minutes = Number(process.env['SOAK_MINUTES'] ?? 10)
const seed = Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** What starting, checking and the last failure may take beside. */
const MORE = 30 * 60_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)

describe('a long run', () => {
  const stage = new Stage()
  const pool = new MemberPool(stage)

  test(
    `of ${minutes} minutes with the seed ${seed}`,
    async () => {
      const dice = new Dice(seed)
      const cell: Cell = {
        framework: dice.pick(FRAMEWORKS),
        mode: dice.pick(MODES),
        topology: 'client/server',
        balancer: dice.pick(BALANCERS),
        failure: 'whole cluster away and back',
      }
      const title = `soak of ${minutes} minutes, seed ${seed}: ${titleOf(cell).split(', ').slice(0, -1).join(', ')}`
      say(`${title}. Again: npm run soak -- --minutes ${minutes} --seed ${seed}`)
      if (cell.framework === 'Next') await nextShop()
      const failure = new RandomFailures(dice, minutes * 60_000, say)
      const result = await play(stage, cell, await pool.membersFor(cell), { failure, title, seed })
      say(`\n${lineOf(result)}\n${[...failure.counts].map(([name, count]) => `${count} × ${name}`).join(', ')}`)
      say(`\n${tableOf([result])}`)
      expect(result.problems, `its log is ${result.log}`).toEqual([])
    },
    minutes * 60_000 + MORE,
  )
})

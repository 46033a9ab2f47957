import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT, run } from './command.mjs'
import { buildForRuns, playRun } from './long-run.mjs'

const PAGE = 'docs/reference/matrix.md'
const RESULTS = 'e2e/.matrix/results.jsonl'
const USAGE = `npm run e2e -- [--filter "Koa, nginx, worker SIGKILL"] [--lanes 3] [--again]
  plays every cell of the matrix that has no good result yet (e2e/README.md)
  --filter  only cells whose title has these parts, in this order
  --lanes   so many at a time, which mostly wait; what fails so is played again alone
  --again   forgets the results there are`

/** @param {{ filter?: string | undefined, lanes: number }} options @returns {Promise<number>} */
async function play({ filter, lanes }) {
  /** @type {NodeJS.ProcessEnv} */
  const env = filter === undefined ? {} : { MATRIX_FILTER: filter }
  if (!(await buildForRuns())) return 1
  if (lanes > 1) {
    const numbers = Array.from({ length: lanes }, (_, lane) => lane)
    await Promise.all(numbers.map((lane) => playRun('matrix', { ...env, MATRIX_LANE: `${lane}/${lanes}` })))
  }
  return playRun('matrix', env)
}

function given() {
  const options = /** @type {const} */ ({
    filter: { type: 'string' },
    lanes: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
  })
  try {
    const { values } = parseArgs({ options })
    const lanes = Number(values.lanes)
    return Number.isInteger(lanes) && lanes > 0 ? { ...values, lanes } : undefined
  } catch {
    return undefined
  }
}

const options = given()
if (options) {
  if (options.again) await rm(join(ROOT, RESULTS), { force: true })
  process.exitCode = await play(options)
  // If every cell has a result, it was written anew.
  if (existsSync(join(ROOT, PAGE))) await run('oxfmt', [PAGE])
} else {
  console.error(USAGE)
  process.exitCode = 2
}

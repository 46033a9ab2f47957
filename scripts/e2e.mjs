import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './command.mjs'
import { startRun } from './long-run.mjs'

const PAGE = 'docs/reference/matrix.md'
const USAGE = `npm run e2e -- [--filter "Koa, nginx, worker SIGKILL"] [--again]
  plays every cell of the matrix that has no good result yet (e2e/README.md)
  --filter  only cells whose title has these parts, in this order
  --again   forgets the results there are`

/** @param {string[]} args */
async function main(args) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {}
  for (let index = 0; index < args.length; index++) {
    const value = args[index + 1]
    if (args[index] === '--again') env['MATRIX_AGAIN'] = 'true'
    else if (args[index] === '--filter' && value !== undefined) {
      env['MATRIX_FILTER'] = value
      index += 1
    } else {
      console.error(USAGE)
      process.exitCode = 2
      return
    }
  }
  process.exitCode = await startRun('matrix', env)
  // If every cell has a result, it was written anew.
  if (existsSync(join(ROOT, PAGE))) await run('oxfmt', [PAGE])
}

await main(process.argv.slice(2))

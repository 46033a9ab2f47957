import { startRun } from './long-run.mjs'

const USAGE = `npm run soak -- [--minutes 10] [--seed 42]
  random failures under load, and whether anything that was acknowledged is lost (e2e/README.md)
  --seed  of an earlier run, to have the same failures in the same order again`

/** @param {string[]} args */
async function main(args) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {}
  for (let index = 0; index < args.length; index += 2) {
    const name = args[index]
    const value = Number(args[index + 1])
    if ((name !== '--minutes' && name !== '--seed') || !(value > 0)) {
      console.error(USAGE)
      process.exitCode = 2
      return
    }
    env[name === '--minutes' ? 'SOAK_MINUTES' : 'SOAK_SEED'] = String(value)
  }
  process.exitCode = await startRun('soak', env)
}

await main(process.argv.slice(2))

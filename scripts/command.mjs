import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What a shell exits with when there is no such command. */
const NOT_FOUND = 127

/**
 * Runs a command in the root of the repository, its output going where ours goes.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] On top of this process's.
 * @returns {Promise<number | null>} The exit code, 127 when there is no such command; null when a signal ended it.
 */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: pathWithTools(),
        TURBO_TELEMETRY_DISABLED: '1',
        NEXT_TELEMETRY_DISABLED: '1',
        ...env,
      },
    })
    child.once('error', (error) => {
      if (!('code' in error) || error.code !== 'ENOENT') return reject(error)
      console.error(`${command} is not installed. Run \`npm ci\` first.`)
      resolve(NOT_FOUND)
    })
    child.once('exit', resolve)
  })
}

/** npm puts the installed tools on the path; who calls `node scripts/...` needs them as well. */
function pathWithTools() {
  return `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`
}

/** Whether the caller set CI. */
export function inCi() {
  const value = process.env['CI']
  return value !== undefined && value !== '' && value !== 'false'
}

import { run } from './command.mjs'

/** Builds what the processes of a run are made of. @returns {Promise<boolean>} whether that was done */
export async function buildForRuns() {
  return (await run('turbo', ['run', 'build', '--output-logs=errors-only'])) === 0
}

/**
 * Plays a run of `e2e/runs`, on what is built.
 * @param {'matrix' | 'soak'} name
 * @param {NodeJS.ProcessEnv} env what the run is told
 * @returns {Promise<number>} the exit code
 */
export async function playRun(name, env) {
  return (await run('vitest', ['run', '--config', 'e2e/runs/vitest.config.ts', `${name}.run.ts`], env)) ?? 1
}

/**
 * Builds, and plays.
 * @param {'matrix' | 'soak'} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
export async function startRun(name, env) {
  return (await buildForRuns()) ? playRun(name, env) : 1
}

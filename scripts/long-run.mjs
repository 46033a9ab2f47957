import { run } from './command.mjs'

/**
 * Builds what the processes of a run are made of, and plays it.
 * @param {'matrix' | 'soak'} name of `e2e/runs`
 * @param {NodeJS.ProcessEnv} env what the run is told
 * @returns {Promise<number>} the exit code
 */
export async function startRun(name, env) {
  const built = await run('turbo', ['run', 'build', '--output-logs=errors-only'])
  if (built !== 0) return 1
  return (await run('vitest', ['run', '--config', 'e2e/runs/vitest.config.ts', `${name}.run.ts`], env)) ?? 1
}

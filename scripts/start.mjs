import { join } from 'node:path'
import { ROOT, run } from './command.mjs'

/** Builds everything, and becomes the demo: three workers with their own Hazelcast members behind one address. */
async function main() {
  console.log('start: building ...')
  if ((await run('turbo', ['run', 'build', '--output-logs=errors-only'])) !== 0) {
    console.error('start: the build failed')
    process.exitCode = 1
    return
  }
  console.log('start: starting the demo (the first time Maven fetches the jar of Hazelcast, 21 MB) ...')
  await import(join(ROOT, 'apps/demo/dist/demo.js'))
}

await main()

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..')

/** Builds the package, in a moment when it is up to date: processes that are plain Node cannot read its sources. */
export async function buildPackage(): Promise<void> {
  await run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-b',
    join(root, 'packages', 'member'),
  ])
}

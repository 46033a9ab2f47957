import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')
/** Where each folder is that an application's build is made of; the last two as `turbo run build` leaves them. */
const APP = join(ROOT, 'e2e/next-app')
const INPUTS = [APP, join(ROOT, 'packages/next/dist'), join(ROOT, 'packages/core/dist')]

/** How a worker is started that is an application of Next.js. */
export interface NextProgram {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const QUIET = { NEXT_TELEMETRY_DISABLED: '1' }

/** `next start` of the application of the tests, which is built first unless that has been done of the same sources. */
export async function nextStart(): Promise<NextProgram> {
  await build()
  return { program: NEXT, args: ['start', APP, '-p', '0', '-H', '127.0.0.1'], env: QUIET }
}

async function build(): Promise<void> {
  const sources = await hashOf(INPUTS)
  const note = join(APP, '.next/built-of')
  if ((await readFile(note, 'utf8').catch(() => '')) === sources) return
  // Where it is built there is neither a secret nor a cluster.
  const inherited = Object.entries(process.env).filter(([key]) => !/^(HZ_|VITEST|NODE_|TEST$)/.test(key))
  const env = { ...Object.fromEntries(inherited), ...QUIET }
  await promisify(execFile)(process.execPath, [NEXT, 'build', APP], { env })
  await mkdir(dirname(note), { recursive: true })
  await writeFile(note, sources)
}

/** Of all files in these folders, but for those whose folders begin with a dot. */
async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(dirname(NEXT), '../../package.json')))
  for (const folder of folders) {
    for (const file of await filesIn(folder)) hash.update(file).update(await readFile(join(folder, file)))
  }
  return hash.digest('hex')
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files
    .map((file) => relative(folder, file))
    .filter((file) => !file.startsWith('.'))
    .toSorted()
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')
const APP = join(ROOT, 'e2e/next-app')
const VISITS = join(ROOT, 'e2e/next-visits')
const SHOP = join(ROOT, 'apps/next')
/** What every build is made of as well, as `turbo run build` leaves it. */
const PACKAGES = ['packages/next/dist', 'packages/core/dist', 'apps/shop/dist'].map((folder) => join(ROOT, folder))
const QUIET = { NEXT_TELEMETRY_DISABLED: '1' }

/** How a worker is started that is an application of Next.js. */
export interface NextProgram {
  readonly program: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** `next start` of the application of the tests. */
export async function nextStart(): Promise<NextProgram> {
  await build(APP, process.execPath, [NEXT, 'build'])
  return { program: NEXT, args: ['start', APP, '-p', '0', '-H', '127.0.0.1'], env: QUIET }
}

/** The folder of the application that lets a test answer its requests, built. */
export async function builtVisits(): Promise<string> {
  await build(VISITS, process.execPath, [NEXT, 'build'])
  return VISITS
}

/** The shop, by itself as it would be deployed. Each call is for another worker. */
export async function nextShop(): Promise<NextProgram> {
  await build(SHOP, 'npm', ['run', '--silent', 'build'])
  const env = { ...QUIET, PORT: String(await freePort()), HOSTNAME: '127.0.0.1' }
  return { program: join(SHOP, '.next/standalone/apps/next/server.js'), env }
}

/** Builds an application, unless that has been done of the same sources. Where it is built there is neither a secret nor a cluster. */
async function build(app: string, command: string, args: readonly string[]): Promise<void> {
  const sources = await hashOf([app, ...PACKAGES])
  const note = join(app, '.next/built-of')
  if ((await readFile(note, 'utf8').catch(() => '')) === sources) return
  const inherited = Object.entries(process.env).filter(([key]) => !/^(HZ_|VITEST|NODE_|TEST$)/.test(key))
  await promisify(execFile)(command, args, {
    cwd: app,
    env: { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...QUIET },
  })
  await mkdir(dirname(note), { recursive: true })
  await writeFile(note, sources)
}

/** Of all files in these folders, but for those in folders whose names begin with a dot, and for what a build writes. */
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
    .filter((file) => !/^(\.|next-env|node_modules)/.test(file))
    .toSorted()
}

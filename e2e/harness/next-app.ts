import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { oneAtATime } from './one-at-a-time.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const APP = join(ROOT, 'e2e/next-app')
const VISITS = join(ROOT, 'e2e/next-visits')
const SHOP = join(ROOT, 'apps/next')
/** An application cannot say which Next.js it is built with: that of the folders above it. */
const APP_ON_15 = join(ROOT, 'apps/next-15/dist')
const DEV_SERVER = fileURLToPath(new URL('programs/next-dev.mjs', import.meta.url))
/** Next.js does not hear of edits in a folder whose name begins with a dot. */
const APP_TO_EDIT = join(ROOT, 'e2e/dist/next-app')
/** What every build is made of as well, as `turbo run build` leaves it. */
const PACKAGES = ['packages/next/dist', 'packages/core/dist', 'apps/shop/dist'].map((folder) => join(ROOT, folder))
const QUIET = { NEXT_TELEMETRY_DISABLED: '1' }

/** Next.js 15 has no proxy, but a middleware, which runs on another runtime if it is not told. */
const MIDDLEWARE = "export { proxy as middleware } from './proxy.js'\nexport const config = { runtime: 'nodejs' }\n"

/** The versions of Next.js that are supported. */
export type NextMajor = 15 | 16

/** How a worker is started that is an application of Next.js. */
export interface NextProgram {
  readonly program: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** `next start` of the application of the tests, on either version. */
export async function nextStart(major: NextMajor): Promise<NextProgram> {
  const folder = major === 15 ? APP_ON_15 : APP
  const next = nextOf(folder)
  await unlessBuilt(folder, [APP, ...PACKAGES], async () => {
    if (major === 15) await copyApp(APP_ON_15, [['middleware.js', MIDDLEWARE]])
    await run(folder, process.execPath, [next, 'build'])
  })
  return { program: next, args: ['start', folder, '-p', '0', '-H', '127.0.0.1'], env: QUIET }
}

/** The development server for a copy of the application, which may be edited, and where that is. */
export async function nextDev(): Promise<{ readonly folder: string; readonly program: NextProgram }> {
  await rm(APP_TO_EDIT, { recursive: true, force: true })
  await copyApp(APP_TO_EDIT)
  const env = { ...QUIET, NODE_ENV: 'development' }
  return { folder: APP_TO_EDIT, program: { program: DEV_SERVER, args: [APP_TO_EDIT], env } }
}

/** The folder of the application that lets a test answer its requests, built. */
export async function builtVisits(): Promise<string> {
  await unlessBuilt(VISITS, [VISITS], () => run(VISITS, process.execPath, [nextOf(VISITS), 'build']))
  return VISITS
}

/** The shop, by itself as it would be deployed. Each call is for another worker. */
export async function nextShop(): Promise<NextProgram> {
  await unlessBuilt(SHOP, [SHOP, ...PACKAGES], () => run(SHOP, 'npm', ['run', '--silent', 'build']))
  const env = { ...QUIET, KEEP_ALIVE_TIMEOUT: '75000', PORT: String(await freePort()), HOSTNAME: '127.0.0.1' }
  return { program: join(SHOP, '.next/standalone/apps/next/server.js'), env }
}

/** What `next` is there. */
function nextOf(folder: string): string {
  return createRequire(join(folder, 'package.json')).resolve('next/dist/bin/next')
}

/** Builds an application, unless that has been done of the same sources, with the same Next.js. */
async function unlessBuilt(folder: string, sources: readonly string[], build: () => Promise<void>): Promise<void> {
  const hash = createHash('sha256').update(await readFile(join(dirname(nextOf(folder)), '../../package.json')))
  for (const source of sources) {
    for (const file of await filesIn(source)) hash.update(file).update(await readFile(join(source, file)))
  }
  const made = hash.digest('hex')
  const note = join(folder, '.next/built-of')
  const isBuilt = async (): Promise<boolean> => (await readFile(note, 'utf8').catch(() => '')) === made
  if (await isBuilt()) return
  await oneAtATime(join(folder, '.being-built'), async () => {
    if (await isBuilt()) return
    await build()
    await writeFile(note, made)
  })
}

/** Runs what builds, where there is neither a secret nor a cluster. */
async function run(cwd: string, command: string, args: readonly string[]): Promise<void> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(HZ_|VITEST|NODE_|TEST$)/.test(key))
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    NEXT_IGNORE_INCORRECT_LOCKFILE: '1',
    ...QUIET,
  }
  await promisify(execFile)(command, args, { cwd, env })
}

/** Puts the application there, and these files, in place of what was there. */
async function copyApp(folder: string, further: readonly (readonly [string, string])[] = []): Promise<void> {
  for (const file of await filesIn(folder).catch(() => [])) await rm(join(folder, file))
  for (const file of await filesIn(APP)) await cp(join(APP, file), join(folder, file))
  for (const [file, text] of further) await writeFile(join(folder, file), text)
}

/** All files, but for those in folders whose names begin with a dot, and for what a build writes. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files
    .map((file) => relative(folder, file))
    .filter((file) => !/^(\.|next-env|node_modules)/.test(file))
    .toSorted()
}

import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './command.mjs'

const execute = promisify(execFile)
const CONSUMERS = join(ROOT, 'scripts/packaging/consumers')
const SCOPE = '@hazelcast-session/'

/**
 * Who uses our packages: the file of that name in packaging/consumers, with these of them, and with what an application installs
 * beside them. What they depend on comes along.
 */
const APPLICATIONS = [
  { name: 'express', ours: ['express'], theirs: ['express', '@types/express', '@types/express-session'] },
  { name: 'koa', ours: ['koa'], theirs: ['koa', '@types/koa', 'koa-session'] },
  { name: 'fastify', ours: ['fastify'], theirs: [] },
  { name: 'next', ours: ['next'], theirs: ['@types/react'] },
  { name: 'proof-kit', ours: ['conformance', 'member'], theirs: [] },
]

/** How applications have their imports resolved: as Node does it, and as bundlers do. Our declarations are checked once. */
const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false },
  { module: 'preserve', moduleResolution: 'bundler', skipLibCheck: true },
]

/** @typedef {{ dependencies?: Record<string, string>, peerDependencies?: Record<string, string> }} Manifest */

/** Packs each package as it would be published. @param {readonly string[]} packages @param {string} folder */
async function pack(packages, folder) {
  const workspaces = packages.map((name) => `--workspace=packages/${name}`)
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`, ...workspaces]
  const { stdout } = await execute('npm', args, { cwd: ROOT })
  /** @type {{ name: string, filename: string }[]} */
  const packed = JSON.parse(stdout)
  return new Map(packed.map(({ name, filename }) => [name.slice(SCOPE.length), join(folder, filename)]))
}

/** A folder as `npm install` leaves it: our packages out of their tarballs, everybody else's as links. */
class Installation {
  #folder
  #tarballs
  #done = new Set()

  /** @param {string} folder @param {ReadonlyMap<string, string>} tarballs */
  constructor(folder, tarballs) {
    this.#folder = folder
    this.#tarballs = tarballs
  }

  /** Installs a package, and what it says that it needs. @param {string} name @param {string} [from] Who asks for it. */
  async add(name, from = ROOT) {
    if (this.#done.has(name)) return
    this.#done.add(name)
    const place = join(this.#folder, 'node_modules', name)
    const tarball = name.startsWith(SCOPE) ? this.#tarballs.get(name.slice(SCOPE.length)) : undefined
    await mkdir(tarball ? place : dirname(place), { recursive: true })
    if (!tarball) return symlink(await installed(name, from), place)
    await execute('tar', ['-xzf', tarball, '--strip-components=1', '-C', place])
    /** @type {Manifest} */
    const { dependencies, peerDependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
    const source = join(ROOT, 'packages', name.slice(SCOPE.length))
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) await this.add(needed, source)
  }
}

/** Where npm has put a package for whoever lives in `from`. @param {string} name @param {string} from @returns {Promise<string>} */
function installed(name, from) {
  return realpath(join(from, 'node_modules', name)).catch(() => realpath(join(ROOT, 'node_modules', name)))
}

/**
 * What the compiler finds wrong with an application, and with the packages of ours that it uses.
 * @param {string} folder
 * @param {string} file
 * @param {typeof RESOLUTIONS[number]} resolution
 */
async function problems(folder, file, resolution) {
  const options = {
    ...resolution,
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: ['node'],
    strict: true,
    noEmit: true,
  }
  const config = { compilerOptions: { ...options, jsx: 'preserve' }, files: [file] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout } = await execute(tsc, ['--pretty', 'false'], { cwd: folder }).catch(said)
  // What other people's packages have wrong among themselves is not looked at.
  const ours = stdout
    .split('\n')
    .filter((line) => /^(node_modules\/@hazelcast-session\/|[\w-]+\.ts\(|error )/.test(line))
  return ours.map((line) => `${file}, ${resolution.moduleResolution}: ${line}`)
}

/** What a compiler that found something says; any other error is thrown. @param {unknown} error */
function said(error) {
  const stdout = error instanceof Error ? Reflect.get(error, 'stdout') : undefined
  if (typeof stdout === 'string' && stdout.includes('error TS')) return { stdout }
  throw error
}

async function main() {
  const folder = await mkdtemp(join(tmpdir(), 'consumers-'))
  try {
    const packages = [...new Set(APPLICATIONS.flatMap(({ ours }) => [...ours, 'core']))]
    const tarballs = await pack(packages, folder)
    const found = []
    for (const { name, ours, theirs } of APPLICATIONS) {
      const place = join(folder, name)
      const installation = new Installation(place, tarballs)
      for (const wanted of [...ours.map((own) => SCOPE + own), ...theirs, '@types/node']) await installation.add(wanted)
      await writeFile(join(place, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
      await copyFile(join(CONSUMERS, `${name}.ts`), join(place, `${name}.ts`))
      for (const resolution of RESOLUTIONS) found.push(...(await problems(place, `${name}.ts`, resolution)))
    }
    for (const problem of found) console.error(problem)
    console.log(`consumers: ${APPLICATIONS.length} applications of the packed packages, ${found.length} problems`)
    process.exitCode = found.length > 0 ? 1 : 0
  } finally {
    await rm(folder, { recursive: true })
  }
}

await main()

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PACKAGE = join(import.meta.dirname, '..')
const ROOT = join(PACKAGE, '../..')

/** As Next.js would compile it, but from our sources. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    customConditions: ['@hazelcast-session/source'],
  },
  include: ['**/*.ts', '**/*.tsx'],
}

let folder: string
let files: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8')
  files = []
  for (const [, name = '', text = ''] of readme.matchAll(/^```tsx?\n\/\/ (\S+)\n(.*?)^```$/gms)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
    files.push(name)
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the TypeScript of the README compiles', async () => {
  expect(files).toContain('lib/sessions.ts')
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(Reflect.get(Object(error), 'stdout')),
  )
  // Our own sources are compiled along, and know nothing of what Next.js does to the types of the environment.
  expect(output.split('\n').filter((line) => line.includes('.readme-'))).toEqual([])
}, 120_000)

test('every block of TypeScript is a file of it', async () => {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8')
  expect(readme.match(/^```tsx?$/gm)?.length).toBe(files.length)
})

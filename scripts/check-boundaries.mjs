import { fileURLToPath } from 'node:url'
import { edgesOf } from './boundaries/edges.mjs'
import { isDeclared } from './boundaries/declared.mjs'
import { findWorkspaces, readManifest } from './boundaries/workspaces.mjs'

/** @typedef {import('./boundaries/edges.mjs').Edge} Edge */
/** @typedef {{ file: string, line: number, names: string, rule: string, todo: string }} Violation */

/** What each of our packages is; apps/*, e2e and benchmarks are what their folder says, but for what all apps share. */
const ROLES = new Map([
  ['core', 'core'],
  ['member', 'member'],
  ['express', 'adapter'],
  ['koa', 'adapter'],
  ['fastify', 'adapter'],
  ['next', 'adapter'],
  ['conformance', 'conformance'],
  ['cli', 'cli'],
])

/** Which of our packages each role may import. Nobody but e2e and benchmarks starts an app. */
const MAY_IMPORT = new Map([
  ['app', ['adapter', 'cli', 'member', 'core', 'shop']],
  ['shop', []],
  ['e2e', ['adapter', 'cli', 'member', 'core', 'app', 'conformance']],
  ['benchmark', ['adapter', 'cli', 'member', 'core', 'app']],
  ['adapter', ['core']],
  ['cli', ['core', 'member']],
  ['conformance', ['core']],
  ['core', []], // and member, but only by `await import()`: who does not run peer-to-peer never loads it
  ['member', []],
])
/** What files under test/ may import besides: the proof kit, and a real member to run it against. */
const TESTS_MAY_IMPORT = ['conformance', 'member']

/** In core and the adapters, the only places that import hazelcast-client. */
const HAZELCAST_CLIENT_PLACES = /^packages\/core\/(src|test)\/hazelcast\/|\.integration\.test\.ts$/

/** Core knows none of these, whether as code or as types. */
const FRAMEWORKS =
  /^(@types\/)?(express|express-session|express-serve-static-core|connect|koa|koa-session|fastify|next|react|react-dom|hono)$|^@(fastify|koa|hono)\//

/** The first rule an edge breaks is the one reported. @type {{ rule: string, todo: string, broken: (edge: Edge) => boolean }[]} */
const RULES = [
  {
    rule: 'no import reaches into another package',
    todo: 'import the package by its name, from an entry point that its package.json exports; if it is missing there, export it',
    broken: (edge) => edge.leavesWorkspace || (edge.isOurs && /^(src|dist)(\/|$)/.test(edge.subpath)),
  },
  {
    rule: 'core knows no framework',
    todo: 'put the code into the adapter of that framework, behind HttpExchange',
    broken: (edge) => edge.role === 'core' && FRAMEWORKS.test(edge.package),
  },
  {
    rule: 'hazelcast-client is imported in packages/core/src/hazelcast only',
    todo: 'go through a RecordStore, or move the code (a test: into test/hazelcast/ or an .integration.test.ts)',
    broken: (edge) =>
      (edge.role === 'core' || edge.role === 'adapter') &&
      edge.package === 'hazelcast-client' &&
      edge.how !== 'declared' &&
      !HAZELCAST_CLIENT_PLACES.test(edge.file),
  },
  {
    rule: 'only tests import conformance',
    todo: 'move the code under test/ or e2e/, and the dependency to devDependencies',
    broken: (edge) => edge.targetRole === 'conformance' && edge.role !== 'e2e' && !edge.isTest,
  },
  {
    rule: 'core loads member by `await import()` only',
    todo: "write `await import('@hazelcast-session/member')` where a member is started; no static import, no import type",
    broken: (edge) => edge.role === 'core' && edge.targetRole === 'member' && edge.how === 'static' && !edge.isTest,
  },
  {
    rule: 'dependencies point one way: apps, e2e, benchmarks -> adapters, cli -> core',
    todo: 'move the shared code to core, or hand it in from the caller',
    broken: (edge) => edge.isOurs && !edge.isSelf && !mayImport(edge),
  },
  {
    rule: 'every import is declared by the package that ships it',
    todo: 'add it to dependencies or peerDependencies of this package.json (for tests: devDependencies)',
    broken: (edge) => edge.how !== 'declared' && !edge.isSelf && !isDeclared(edge),
  },
]

/** @param {Edge} edge */
function mayImport(edge) {
  if (edge.targetRole === undefined) return false
  if (edge.role === 'core' && edge.targetRole === 'member') return true
  if (edge.isTest && TESTS_MAY_IMPORT.includes(edge.targetRole)) return true
  return MAY_IMPORT.get(edge.role)?.includes(edge.targetRole) === true
}

/** @param {string} folder @returns {string | undefined} */
function roleOf(folder) {
  if (folder.startsWith('packages/')) return ROLES.get(folder.slice('packages/'.length))
  if (folder.startsWith('apps/')) return folder === 'apps/shop' ? 'shop' : 'app'
  return folder === 'e2e' ? 'e2e' : 'benchmark'
}

/**
 * Reads every import below `root` and every dependency its packages declare.
 * @param {string} root
 * @returns {{ violations: Violation[], files: number }}
 */
export function checkBoundaries(root) {
  const workspaces = findWorkspaces(root)
  const rootManifest = readManifest(root, '.') ?? {}
  const violations = workspaces.flatMap((workspace) => {
    const role = roleOf(workspace.folder)
    if (role === undefined) return [withoutRole(workspace.folder)]
    return edgesOf({ root, rootManifest, workspace, role, roleOf, workspaces }).flatMap(judge)
  })
  return { violations, files: workspaces.reduce((sum, { files }) => sum + files.length, 0) }
}

/** @param {Edge} edge @returns {Violation[]} */
function judge(edge) {
  const broken = RULES.find((rule) => rule.broken(edge))
  if (broken === undefined) return []
  return [{ file: edge.file, line: edge.line, names: edge.specifier, rule: broken.rule, todo: broken.todo }]
}

/** @param {string} folder @returns {Violation} */
function withoutRole(folder) {
  const todo = 'give it a role in the table at the top of scripts/check-boundaries.mjs'
  return {
    file: `${folder}/package.json`,
    line: 1,
    names: folder,
    rule: 'every package has a place in the dependency direction',
    todo,
  }
}

/** @param {string} root */
function main(root) {
  const { violations, files } = checkBoundaries(root)
  for (const { file, line, names, rule, todo } of violations) {
    console.error(`${file}:${line}  ${names}\n  rule:  ${rule}\n  to do: ${todo}\n`)
  }
  if (violations.length > 0) process.exitCode = 1
  console.log(`boundaries: ${files} files, ${violations.length} violations`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)))

import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { importsOf } from './imports.mjs'

/** @typedef {import('./workspaces.mjs').Workspace} Workspace */
/** @typedef {import('./workspaces.mjs').Manifest} Manifest */

/**
 * @typedef {object} Edge One import, or one dependency of a package.json, and where it leads.
 * @property {string} file Relative to the root.
 * @property {number} line
 * @property {string} specifier As written.
 * @property {'static' | 'dynamic' | 'declared'} how `declared`: by a package.json.
 * @property {boolean} typeOnly
 * @property {boolean} isTest Under test/ or in e2e; a devDependency counts as one.
 * @property {string} role Of the importing workspace.
 * @property {string} package The npm name it leads to; empty for a relative import.
 * @property {string} subpath What follows the npm name.
 * @property {boolean} leavesWorkspace A relative import that ends outside its own workspace.
 * @property {boolean} isOurs
 * @property {boolean} isSelf
 * @property {string | undefined} targetRole
 * @property {Manifest | undefined} manifest Of the importing workspace.
 * @property {Manifest} rootManifest
 */

/**
 * @typedef {object} Place
 * @property {string} root
 * @property {Manifest} rootManifest
 * @property {Workspace} workspace
 * @property {string} role
 * @property {(folder: string) => string | undefined} roleOf
 * @property {Workspace[]} workspaces
 */

const OURS = '@hazelcast-session/'
const SECTIONS = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']

/** @param {Place} place @returns {Edge[]} */
export function edgesOf(place) {
  return [...manifestEdges(place), ...place.workspace.files.flatMap((file) => fileEdges(place, file))]
}

/** @param {Place} place @param {string} file @returns {Edge[]} */
function fileEdges(place, file) {
  const { folder } = place.workspace
  const isTest = file.startsWith(`${folder}/test/`) || place.role === 'e2e'
  return importsOf(file, readFileSync(join(place.root, file), 'utf8'))
    .filter(({ specifier }) => !isBuiltin(specifier) && !specifier.startsWith('#'))
    .map((found) => ({ ...found, file, isTest, ...destination(place, file, found.specifier) }))
}

/** @param {Place} place @returns {Edge[]} */
function manifestEdges(place) {
  const { folder, manifest } = place.workspace
  if (manifest === undefined) return []
  const file = `${folder}/package.json`
  const lines = readFileSync(join(place.root, file), 'utf8').split('\n')
  return SECTIONS.flatMap((section) =>
    Object.keys(manifest[section] ?? {}).map((name) => ({
      ...destination(place, file, name),
      file,
      line: lines.findIndex((line) => line.includes(`"${name}":`)) + 1,
      specifier: name,
      how: /** @type {const} */ ('declared'),
      typeOnly: false,
      isTest: section === 'devDependencies',
    })),
  )
}

/** @param {Place} place @param {string} file @param {string} specifier */
function destination(place, file, specifier) {
  const { workspace, workspaces, role, roleOf, rootManifest } = place
  const isRelative = specifier.startsWith('.')
  const [name, subpath] = isRelative ? ['', ''] : splitSpecifier(specifier)
  const target = workspaces.find(({ manifest }) => manifest?.name === name)
  const resolved = posix.join(posix.dirname(file), specifier)
  return {
    role,
    package: name,
    subpath,
    leavesWorkspace: isRelative && !`${resolved}/`.startsWith(`${workspace.folder}/`),
    isOurs: name.startsWith(OURS),
    isSelf: isRelative || target === workspace,
    targetRole: target && roleOf(target.folder),
    manifest: workspace.manifest,
    rootManifest,
  }
}

/** @param {string} specifier @returns {[name: string, subpath: string]} */
function splitSpecifier(specifier) {
  const parts = specifier.split('/')
  const length = specifier.startsWith('@') ? 2 : 1
  return [parts.slice(0, length).join('/'), parts.slice(length).join('/')]
}

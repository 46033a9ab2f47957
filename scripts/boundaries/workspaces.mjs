import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {Record<string, Record<string, string> | undefined> & { name?: string, private?: boolean }} Manifest
 *
 * @typedef {object} Workspace
 * @property {string} folder Relative to the root, such as `packages/core`.
 * @property {Manifest | undefined} manifest Its package.json.
 * @property {string[]} files Sources, relative to the root.
 */

const SOURCE = /\.[cm]?[jt]sx?$/
const NOT_SOURCES = new Set(['node_modules', 'dist', 'coverage', '.next', '.turbo'])

/**
 * The folders that have a place in the dependency direction.
 * @param {string} root
 * @returns {Workspace[]}
 */
export function findWorkspaces(root) {
  const folders = [...foldersIn(root, 'packages'), ...foldersIn(root, 'apps'), 'e2e', 'benchmarks']
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .map((folder) => ({ folder, manifest: readManifest(root, folder), files: sourcesIn(root, folder) }))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Manifest | undefined}
 */
export function readManifest(root, folder) {
  const path = join(root, folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/** @param {string} root @param {string} parent */
function foldersIn(root, parent) {
  if (!existsSync(join(root, parent))) return []
  const entries = readdirSync(join(root, parent), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`)
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return NOT_SOURCES.has(entry.name) ? [] : sourcesIn(root, path)
    return SOURCE.test(entry.name) ? [path] : []
  })
}

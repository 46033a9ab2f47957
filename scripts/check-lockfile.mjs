import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findWorkspaces, readManifest } from './boundaries/workspaces.mjs'

/** @typedef {import('./boundaries/workspaces.mjs').Manifest} Manifest */

/** A range on purpose: an application shares one hazelcast-client with us, whichever 5.6 it has. */
const RANGES_ON_PURPOSE = new Map([['hazelcast-client', '~5.6.0']])

const PINNED_SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies']
const EXACT = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/

/**
 * Download addresses tie the lock file to one registry: `npm ci` would go there from everywhere.
 * @param {{ packages?: Record<string, { resolved?: string, link?: boolean }> }} lock
 * @returns {string[]}
 */
export function addressesIn(lock) {
  return Object.entries(lock.packages ?? {})
    .filter(([, { resolved, link }]) => resolved !== undefined && link !== true)
    .map(([path, { resolved }]) => `package-lock.json: "${path}" is tied to ${resolved}`)
}

/**
 * @param {string} file
 * @param {Manifest} manifest
 * @returns {string[]}
 */
export function loosePinsIn(file, manifest) {
  return PINNED_SECTIONS.flatMap((section) =>
    Object.entries(manifest[section] ?? {})
      .filter(([name, version]) => !isPinned(name, version))
      .map(
        ([name, version]) =>
          `${file}: ${section} "${name}": "${version}" is not ${RANGES_ON_PURPOSE.get(name) ?? 'an exact version'}`,
      ),
  )
}

/** @param {string} name @param {string} version */
function isPinned(name, version) {
  const range = RANGES_ON_PURPOSE.get(name)
  return range === undefined ? EXACT.test(version) : version === range
}

/** @param {string} root */
function main(root) {
  const addresses = addressesIn(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const folders = ['.', ...findWorkspaces(root).map(({ folder }) => folder)]
  const loosePins = folders.flatMap((folder) =>
    loosePinsIn(join(folder, 'package.json'), readManifest(root, folder) ?? {}),
  )
  for (const problem of [...addresses, ...loosePins]) console.error(problem)
  if (addresses.length > 0)
    console.error('to do: keep omit-lockfile-registry-resolved=true in .npmrc, remove package-lock.json, npm install')
  if (loosePins.length > 0) console.error('to do: npm install --save-exact')
  if (addresses.length + loosePins.length > 0) process.exitCode = 1
  console.log(
    `lockfile: ${addresses.length} download addresses; ${folders.length} package.json, ${loosePins.length} loose versions`,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)))

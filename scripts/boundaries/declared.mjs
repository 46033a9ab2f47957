/** @typedef {import('./edges.mjs').Edge} Edge */
/** @typedef {import('./workspaces.mjs').Manifest} Manifest */

const SHIPPED = ['dependencies', 'peerDependencies', 'optionalDependencies']
const ALL = [...SHIPPED, 'devDependencies']

/**
 * Whether who installs the importing package gets what it imports.
 * Our own packages need no declaration in tests: conformance depends on core, and npm workspaces link both.
 * @param {Edge} edge
 */
export function isDeclared(edge) {
  const { manifest, rootManifest, isTest, isOurs } = edge
  if (isOurs && (isTest || manifest === undefined)) return true
  const isPublished = manifest !== undefined && manifest.private !== true
  if (isPublished && !isTest) return declares(manifest, SHIPPED, edge)
  return declares(manifest ?? {}, ALL, edge) || declares(rootManifest, ALL, edge)
}

/** @param {Manifest} manifest @param {string[]} sections @param {Edge} edge */
function declares(manifest, sections, edge) {
  const names = edge.typeOnly ? [edge.package, typesOf(edge.package)] : [edge.package]
  return sections.some((section) => names.some((name) => manifest[section]?.[name] !== undefined))
}

/** @param {string} name */
function typesOf(name) {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`
}

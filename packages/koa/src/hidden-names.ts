/** What koa-session's session object has for itself, beside what every object has. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'commit',
  'externalKey',
  'isNew',
  'length',
  'manuallyCommit',
  'maxAge',
  'populated',
  'regenerate',
  'save',
  'toJSON',
])

/** Names that the library's session cannot show as attributes, or does not store: what begins with `_` is its own. */
export function isHidden(name: string): boolean {
  return name.startsWith('_') || OWN_NAMES.has(name) || name in Object.prototype
}

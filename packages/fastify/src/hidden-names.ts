/** What the library's session object has for itself, beside what every object has. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'cookie',
  'destroy',
  'encryptedSessionId',
  'get',
  'isModified',
  'isSaved',
  'options',
  'regenerate',
  'reload',
  'save',
  'sessionId',
  'set',
  'toJSON',
  'touch',
])

/** Names that the library's session cannot show as attributes. */
export function isHidden(name: string): boolean {
  return OWN_NAMES.has(name) || name in Object.prototype
}

import session from 'express-session'

const OWN_FIELDS: ReadonlySet<string> = new Set(['cookie', 'req', 'id'])

/** Names that the library's session cannot show: it has them itself, or inherits them. */
export function isHidden(name: string): boolean {
  return OWN_FIELDS.has(name) || name in session.Session.prototype
}

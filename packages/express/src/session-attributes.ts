import type { Session, SessionAttributes } from '@hazelcast-session/core'
import session from 'express-session'

const OWN_FIELDS: ReadonlySet<string> = new Set(['cookie', 'req', 'id'])

/** Names that the library's session cannot show: it has them itself, or inherits them. */
export function isHidden(name: string): boolean {
  return OWN_FIELDS.has(name) || name in session.Session.prototype
}

/** The attributes of a record that the library's session can show. */
export function shownAttributes(view: Session): SessionAttributes {
  return Object.fromEntries(Object.entries(view.data).filter(([name]) => !isHidden(name)))
}

/**
 * Makes the view hold what the library's session holds. What that cannot show stays: it may have been stored through
 * another framework.
 */
export function takeAttributes(view: Session, from: object): void {
  const hidden = Object.entries(view.data).filter(([name]) => isHidden(name))
  const shown = Object.entries(from).filter(([name]) => !isHidden(name))
  view.replaceData(Object.fromEntries([...hidden, ...shown]))
}

/**
 * Brings the library's session up to what the view holds, but for attributes that were assigned anew since `before` was
 * copied from it.
 */
export function showAttributes(view: Session, to: object, before: Readonly<SessionAttributes>): void {
  const shown = shownAttributes(view)
  for (const name of new Set([...Object.keys(shown), ...Object.keys(before)])) {
    if (isHidden(name) || Reflect.get(to, name) !== before[name]) continue
    if (Object.hasOwn(shown, name)) Reflect.set(to, name, shown[name])
    else Reflect.deleteProperty(to, name)
  }
}

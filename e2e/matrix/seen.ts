import type { SeenSession } from '../harness/browser.ts'
import type { Fault } from '../harness/fault.ts'

/** What is wrong with what a user is shown, who is logged in or has logged out. Everything written bears its user's name. */
export function faultsOfSeen(user: string, isIn: boolean, { isNew, attributes }: SeenSession): Fault[] {
  const strangers = new Set(namesIn(attributes).filter((name) => name !== user))
  if (strangers.size > 0) {
    return [{ kind: 'foreign session', what: `${user} is shown what belongs to ${[...strangers].join(', ')}` }]
  }
  if (isIn) return attributes['user'] === user ? [] : [{ kind: 'lost write', what: `${user} is not logged in` }]
  return isNew ? [] : [{ kind: 'revived log-out', what: `${user} has logged out and has a session` }]
}

function namesIn({ user, ...others }: SeenSession['attributes']): unknown[] {
  const marks = Object.values(others).filter((value) => typeof value === 'object' && value !== null)
  return [...(user === undefined ? [] : [user]), ...marks.map((mark) => (mark as { by?: unknown }).by)]
}

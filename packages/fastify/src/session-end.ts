import type { Session } from '@hazelcast-session/core'
import { LONGEST_INTERVAL } from '@hazelcast-session/core/adapter'

function secondsUntil(end: Date): number {
  return (end.getTime() - Date.now()) / 1000
}

/** Whether a session that ends at this date would live on past it if it were used now. */
export function livesBeyond(view: Session, end: Date): boolean {
  // As far as a touch may be behind by default: so this costs no more writes than touches do.
  const slack = Math.min(60, Math.max(1, view.maxInactiveInterval / 20))
  return view.maxInactiveInterval - secondsUntil(end) > slack
}

/**
 * Notes in the view that the session ends at this date, however much it is used. `keepsInterval`: the application has just
 * said how long it lives without being used.
 *
 * @returns `false` when the date has passed
 */
export function noteEnd(view: Session, end: Date, keepsInterval: boolean): boolean {
  const left = secondsUntil(end)
  if (left <= 0) return false
  if ((view.isNew && !keepsInterval) || livesBeyond(view, end))
    view.maxInactiveInterval = Math.min(left, LONGEST_INTERVAL)
  return true
}

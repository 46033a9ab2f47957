import { createSessions } from '@hazelcast-session/next'

/** How often Next.js has loaded this module in the process: `probe` tells. */
const counted = /** @type {{ moduleCopies?: number }} */ (globalThis)
counted.moduleCopies = (counted.moduleCopies ?? 0) + 1

export const { getSession, withSession, withSessionApi, withSessionProps, sessionProxy, connect } =
  /** @type {typeof createSessions<{ count: number, user: string, greeted: boolean }>} */ (createSessions)({
    cookie: { name: 'shop.sid' },
  })

/** What an error of ours is called. @param {unknown} error */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : `unexpected: ${String(error)}`
}

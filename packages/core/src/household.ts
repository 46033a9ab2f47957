import type { StoredText } from './records/record-store.ts'

// What workers keep for themselves in the map of the sessions: leases, and what they learn its settings by.

const PREFIX = 'hazelcast-session.'
/** No session's: nobody takes such an entry for one. */
const FORMAT = 0

export function householdKey(name: string): string {
  return PREFIX + name
}

/** `expiresAt`: epoch ms from which nobody needs the entry any more. */
export function householdText(expiresAt: number, fields: object): string {
  return JSON.stringify({ format: FORMAT, ...fields, expiresAt })
}

/**
 * Whether this is a household entry that nobody has needed since `before` (epoch ms). Whoever kept it died between two
 * calls, and where the map gives no life of its own it would stay for ever.
 */
export function isLeftBehind({ key, text }: StoredText, before: number): boolean {
  if (!key.startsWith(PREFIX)) return false
  try {
    const { format, expiresAt }: Record<string, unknown> = Object(JSON.parse(text))
    return format === FORMAT && typeof expiresAt === 'number' && expiresAt < before
  } catch {
    return false
  }
}

import { ApplicationSessions } from './application-sessions.ts'
import type { SessionsOptions } from './sessions-options.ts'

/** In one process the same for all copies of this module. The number: of the shape of what is registered. */
const REGISTRY = Symbol.for('@hazelcast-session/next applications 1')

interface Entry {
  readonly key: string
  readonly sessions: ApplicationSessions
}

type Global = typeof globalThis & { [REGISTRY]?: Map<string, Entry> }

/**
 * The sessions that these options ask for: those that there are already, whichever copy of a module asks. Options that were
 * edited while the development server runs get new ones, and those of before are closed.
 */
export function applicationSessions(options: SessionsOptions): ApplicationSessions {
  const applications = ((globalThis as Global)[REGISTRY] ??= new Map<string, Entry>())
  const key = keyOf(options)
  // While one develops there is one of each cookie, whatever else its options were. In production options do not change.
  const slot = process.env.NODE_ENV === 'development' ? `cookie ${options.cookie?.name ?? ''}` : key
  const known = applications.get(slot)
  if (known?.key === key) return known.sessions
  const sessions = new ApplicationSessions(options)
  applications.set(slot, { key, sessions })
  known?.sessions.manager.close().catch(() => {})
  return sessions
}

/** The same text for the same options, although each copy of a module has functions and objects of its own. */
function keyOf(options: SessionsOptions): string {
  return JSON.stringify(options, (_name, value: unknown) => {
    if (typeof value === 'function') return `function ${String(value)}`
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null)
      return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    return `an object of ${value.constructor.name}`
  })
}

import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import type { Session } from '../../src/session.ts'
import { StickyWorkers } from './sticky-workers.ts'

/** Two workers that go on without the cluster. */
export function workers(options: SessionManagerOptions = {}): StickyWorkers {
  return new StickyWorkers({ onStoreError: 'local', ...options })
}

/** The session as a request here sees it. */
export async function opened(at: StickyWorkers, id: string): Promise<Session> {
  const found = await at.clock.until(at.here.open(id, 'here'))
  if (found.kind !== 'live') throw new Error(`The session is ${found.kind}.`)
  return found.session
}

/** A request here sets `name`. */
export async function change(at: StickyWorkers, id: string, name: string, value: unknown): Promise<void> {
  const session = await opened(at, id)
  session.data[name] = value
  await at.clock.until(session.commit())
}

/** The store is there again, and this worker has told it everything. */
export async function settled(at: StickyWorkers): Promise<void> {
  await at.clock.advance(100)
}

/** What the other worker finds in the store. */
export async function elsewhere(at: StickyWorkers, id: string): Promise<Record<string, unknown> | undefined> {
  const session = await at.clock.until(at.elsewhere.load(id))
  return session && { ...session.data }
}

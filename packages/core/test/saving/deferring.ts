import type { SessionAttributes } from '../../src/attribute-view.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import type { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { managed } from './managed.ts'
import type { Managed } from './managed.ts'

export interface Deferring extends Managed {
  /** The other worker: it writes at once. */
  readonly elsewhere: SessionManager
  readonly id: string
  /** A request at the worker that defers; its answer has left when this resolves. */
  readonly request: (change: (data: SessionAttributes) => void, at?: SessionManager) => Promise<void>
  readonly open: (at?: SessionManager) => Promise<Session>
  /** What a request would see. */
  readonly seen: (at?: SessionManager) => Promise<SessionAttributes | undefined>
  /** Names of events, and what they told. */
  readonly events: unknown[]
}

/** A session that is stored, at a worker that writes every five seconds, and another one. */
export async function deferring(options: SessionManagerOptions = {}): Promise<Deferring> {
  const base = managed({ savePeriod: { every: 5 }, touchAfter: 60, ...options })
  const { manager, store } = base
  const elsewhere = base.other({ savePeriod: undefined })
  const session = manager.create({ data: { cart: 'full' } })
  await session.commit()
  const events: unknown[] = []
  manager.on('conflict', ({ names }) => void events.push(['conflict', ...names]))
  manager.on('lateWrite', ({ names }) => void events.push(['lateWrite', ...names]))
  const open = async (at = manager): Promise<Session> => {
    const opened = await base.clock.until(at.open(session.id))
    if (opened.kind !== 'live') throw new Error(`The session is ${opened.kind}.`)
    return opened.session
  }
  store.takeCalls()
  return {
    ...base,
    elsewhere,
    id: session.id,
    open,
    events,
    request: async (change, at) => {
      const own = await open(at)
      change(own.data)
      await own.commit()
    },
    seen: async (at = manager) => {
      const opened = await base.clock.until(at.open(session.id))
      return opened.kind === 'live' ? { ...opened.session.data } : undefined
    },
  }
}

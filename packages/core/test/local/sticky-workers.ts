import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { SessionManager } from '../../src/session-manager.ts'
import type { Session } from '../../src/session.ts'
import { loggerInto } from '../saving/managed.ts'
import { ManualClock } from '../saving/manual-clock.ts'
import { ListeningStore } from './listening-store.ts'

/** Two sticky workers over one store. */
export class StickyWorkers {
  readonly clock: ManualClock = new ManualClock()
  readonly store: ListeningStore = new ListeningStore(this.clock)
  readonly log: string[] = []
  readonly here: SessionManager
  readonly elsewhere: SessionManager

  constructor(options: SessionManagerOptions = {}) {
    const start = (workerName: string): SessionManager =>
      new SessionManager(
        { recordStore: this.store, logger: loggerInto(this.log), ...options, workerName },
        { environment: {}, clock: this.clock },
      )
    this.here = start('here')
    this.elsewhere = start('elsewhere')
  }

  /** A session that began here and has this attribute; the calls that it took are forgotten. */
  async session(n: unknown = 1): Promise<Session> {
    const session = this.here.create({ data: { n } })
    await session.save()
    this.store.takeCalls()
    return session
  }

  /** What a request here, with a cookie that names this worker, sees of the session; `undefined`: none. */
  async read(id: string): Promise<unknown> {
    const opened = await this.here.open(id, 'here')
    return opened.kind === 'live' ? opened.session.data['n'] : undefined
  }

  /** Another worker's request changes the session. */
  async changeElsewhere(id: string, n: unknown): Promise<void> {
    const session = await this.elsewhere.load(id)
    if (!session) throw new Error('There is no such session elsewhere.')
    session.data['n'] = n
    await session.save()
    this.store.takeCalls()
  }
}

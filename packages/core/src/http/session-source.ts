import type { Session } from '../session.ts'

/** Where sessions are that have not been moved to the cluster yet. Rejects with 503, and within the budget. */
export interface SessionSource {
  /** Moves a session into the cluster, under the same id. `undefined`: it is not there either. */
  take(id: string): Promise<Session | undefined>
  /** Takes a session away there, so that one that ended here is not found again. */
  end(id: string): Promise<void>
}

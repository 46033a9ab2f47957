import '@fastify/session'
import type { HazelcastSessions } from './hazelcast-session.ts'
import type { StoredData } from './library-session.ts'

declare module '@fastify/session' {
  /** What `hazelcastSession` adds to the library's session. With the library itself these are not there. */
  interface FastifySessionObject {
    /** Seconds without a request after which this session ends. */
    maxInactiveInterval: number
    /** Whether the session has never been stored: it began with this request, or nobody put anything in it. */
    readonly isNew: boolean
    /**
     * Changes the session atomically in the cluster. `change` is synchronous and may run again; what it returns is
     * returned. Rejects with `SESSION_ENDED` (409) or when nothing is confirmed (503).
     */
    update<R>(change: (data: StoredData) => R): Promise<R>
    /** Notes that the session belongs to `principal`, under a new id; its data are kept. */
    signIn(principal: string): Promise<void>
    /** Ends the session everywhere, and clears the browser's cookie. */
    signOut(): Promise<void>
    /** Gives the session a new id; its data are kept. */
    changeId(): Promise<void>
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The sessions of this instance, and of those below it: events, readiness, the health check. */
    readonly sessions: HazelcastSessions
  }
}

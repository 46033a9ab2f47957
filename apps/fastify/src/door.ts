import type { StoredData } from '@hazelcast-session/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What the shop needs of sessions, and each of the two ways to have them gives in its own words. */
export interface Door {
  /** Name of this worker. */
  readonly worker: string
  /** Resolves when sessions can be served; rejects after `timeout` milliseconds. */
  ready(timeout: number): Promise<void>
  isNew(request: FastifyRequest): boolean
  update<R>(request: FastifyRequest, change: (data: StoredData) => R): Promise<R>
  signIn(request: FastifyRequest, user: string): Promise<void>
  signOut(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** From now on sessions are not bound to this worker any more. */
  drain(): void
  /** Called when the server has closed. */
  close(): Promise<void>
}

/** Gives the requests of `app` their sessions. */
export type OpenDoor = (app: FastifyInstance) => Promise<Door>

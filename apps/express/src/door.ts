import type { StoredData } from '@hazelcast-session/express'
import type { Request, RequestHandler, Response } from 'express'

/** What the shop needs of sessions, and each of the two ways to have them gives in its own words. */
export interface Door {
  /** Name of this worker. */
  readonly worker: string
  readonly sessions: RequestHandler
  /** Resolves when sessions can be served; rejects after `timeout` milliseconds. */
  ready(timeout: number): Promise<void>
  isNew(req: Request): boolean
  /** Resolves when what the request changed is stored, if that has to be asked for. */
  save(req: Request): Promise<void>
  update<R>(req: Request, change: (data: StoredData) => R): Promise<R>
  signIn(req: Request, user: string): Promise<void>
  signOut(req: Request, res: Response): Promise<void>
  /** From now on sessions are not bound to this worker any more. */
  drain(): void
  close(): Promise<void>
}

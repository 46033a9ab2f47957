import type { StoredData } from '@hazelcast-session/koa'
import type Koa from 'koa'

/** What the shop needs of sessions, and each of the two ways to have them gives in its own words. */
export interface Door {
  /** Name of this worker. */
  readonly worker: string
  sessions(app: Koa): Koa.Middleware
  /** Resolves when sessions can be served; rejects after `timeout` milliseconds. */
  ready(timeout: number): Promise<void>
  isNew(ctx: Koa.Context): boolean
  update<R>(ctx: Koa.Context, change: (data: StoredData) => R): Promise<R>
  signIn(ctx: Koa.Context, user: string): Promise<void>
  signOut(ctx: Koa.Context): Promise<void>
  /** From now on sessions are not bound to this worker any more. */
  drain(): void
  /** Called when the server has closed. */
  close(): Promise<void>
}

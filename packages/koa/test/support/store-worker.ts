import { MemoryRecordStore } from '@hazelcast-session/core'
import koaSession from 'koa-session'
import type { CreateSessionOptions } from 'koa-session'
import type Koa from 'koa'
import { onTestFinished } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import type { HazelcastStoreOptions } from '../../src/index.ts'
import { silentLogger, visitedApp } from './visited-app.ts'
import type { VisitedApp, VisitedAppSettings } from './visited-app.ts'

export const SECRET = 'a secret of the tests'

export interface StoreWorkerSettings extends Omit<HazelcastStoreOptions, 'logger'>, VisitedAppSettings {
  /** Options of koa-session. */
  readonly session?: CreateSessionOptions
  /** Whether the library's own cookie stays as it is. @default false: the cookie is the shared one */
  readonly ownCookie?: boolean
  /** In place of a store of its own. */
  readonly store?: HazelcastStore
}

export interface StoreWorker extends VisitedApp {
  readonly store: HazelcastStore
}

/** One worker of an application: koa-session on a `HazelcastStore`. */
export async function startStoreWorker(settings: StoreWorkerSettings = {}): Promise<StoreWorker> {
  const { session, ownCookie = false, before, behind, store: given, ...own } = settings
  const place = own.manager ? {} : { recordStore: new MemoryRecordStore(), logger: silentLogger }
  const store = given ?? new HazelcastStore({ ...place, ...own })
  const cookie = ownCookie ? {} : store.sharedCookie({ secret: SECRET })
  const sessions = (app: Koa): Koa.Middleware => koaSession({ store, ...cookie, ...session }, app)
  const worker = await visitedApp(sessions, { before, behind })
  if (!given) onTestFinished(() => store.close())
  return { ...worker, store }
}

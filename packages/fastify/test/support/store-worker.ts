import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifySessionOptions } from '@fastify/session'
import type { SessionManagerOptions } from '@hazelcast-session/core'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import { silentLogger, startApp } from './visited-app.ts'
import type { VisitedApp } from './visited-app.ts'

export interface StoreWorkerSettings extends Omit<SessionManagerOptions, 'logger'> {
  /** Options of the library's plugin. */
  readonly session?: Partial<FastifySessionOptions>
  readonly server?: FastifyServerOptions
  /** Registered behind the library's plugin. */
  readonly behind?: (app: FastifyInstance) => void
  /** In place of a store of its own. */
  readonly store?: HazelcastStore
}

/** One worker of an application: the unchanged @fastify/session on a `HazelcastStore`. */
export interface StoreWorker extends VisitedApp {
  readonly store: HazelcastStore
}

export const SECRET = 'a secret of the tests, long enough'

/** Starts a worker for the running test; it is stopped when the test is over. */
export async function startStoreWorker(settings: StoreWorkerSettings): Promise<StoreWorker> {
  const { session: options, server, behind, store: given, ...own } = settings
  const store = given ?? new HazelcastStore({ logger: silentLogger, ...own })
  const visited = await startApp(async (app) => {
    await app.register(fastifyCookie)
    const { cookie, ...others } = options ?? {}
    await app.register(fastifySession, {
      store,
      secret: SECRET,
      saveUninitialized: false,
      ...others,
      cookie: { secure: false, ...cookie },
    })
    behind?.(app)
  }, server)
  if (!given) onTestFinished(() => store.close())
  return { ...visited, store }
}

/** What the session of a request holds beside its cookie. */
export function attributesOf({ session }: { readonly session: object }): object {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'cookie'))
}

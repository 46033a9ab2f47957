import { MemoryRecordStore } from '@hazelcast-session/core'
import type { SessionManager } from '@hazelcast-session/core'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions } from '../../src/index.ts'
import { SECRET } from './store-worker.ts'
import { silentLogger, startApp } from './visited-app.ts'
import type { VisitedApp } from './visited-app.ts'

export interface PluginWorkerSettings extends Omit<HazelcastSessionOptions, 'logger'> {
  readonly server?: FastifyServerOptions
  /** Registered before the plugin. */
  readonly before?: (app: FastifyInstance) => unknown
  /** Registered behind it. */
  readonly behind?: (app: FastifyInstance) => unknown
}

/** One worker of an application whose sessions are ours. */
export interface PluginWorker extends VisitedApp {
  readonly manager: SessionManager
}

/** Starts a worker for the running test; it is stopped when the test is over. */
export async function startPlugin(settings: PluginWorkerSettings = {}): Promise<PluginWorker> {
  const { server, before, behind, cookie, ...options } = settings
  const visited = await startApp(async (app) => {
    await before?.(app)
    await app.register(hazelcastSession, {
      recordStore: new MemoryRecordStore(),
      secret: SECRET,
      workerName: 'w1',
      saveUninitialized: false,
      logger: silentLogger,
      ...options,
      cookie: { secure: false, ...cookie },
    })
    await behind?.(app)
  }, server)
  return { ...visited, manager: visited.app.sessions.manager }
}

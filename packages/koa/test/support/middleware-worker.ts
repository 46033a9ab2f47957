import { MemoryRecordStore } from '@hazelcast-session/core'
import { onTestFinished } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions, HazelcastSessions } from '../../src/index.ts'
import { SECRET } from './store-worker.ts'
import { silentLogger, visitedApp } from './visited-app.ts'
import type { VisitedApp, VisitedAppSettings } from './visited-app.ts'

export interface MiddlewareSettings extends Omit<HazelcastSessionOptions, 'logger'>, VisitedAppSettings {}

/** One worker of an application whose sessions are ours. */
export interface MiddlewareWorker extends VisitedApp {
  readonly sessions: HazelcastSessions
}

/** Starts a worker for the running test; it is stopped when the test is over. */
export async function startMiddleware(settings: MiddlewareSettings = {}): Promise<MiddlewareWorker> {
  const { before, behind, ...options } = settings
  const sessions = hazelcastSession({
    recordStore: new MemoryRecordStore(),
    secret: SECRET,
    workerName: 'w1',
    logger: silentLogger,
    ...options,
  })
  onTestFinished(() => sessions.manager.close())
  return { ...(await visitedApp(() => sessions, { before, behind })), sessions }
}

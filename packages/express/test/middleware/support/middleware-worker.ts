import { MemoryRecordStore } from '@hazelcast-session/core'
import express from 'express'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { onTestFinished } from 'vitest'
import { hazelcastSession } from '../../../src/index.ts'
import type { HazelcastSessionOptions, HazelcastSessions } from '../../../src/index.ts'
import { listen, silentLogger } from '../../support/test-worker.ts'
import type { Visit } from '../../support/test-worker.ts'
import '../../support/session-data.ts'

export interface MiddlewareSettings extends Omit<HazelcastSessionOptions, 'logger'> {
  /** @default express 5 */
  readonly express?: typeof express
  /** Runs before the sessions' middleware. */
  readonly before?: RequestHandler
  /** Runs behind it. */
  readonly behind?: RequestHandler
  readonly onError?: ErrorRequestHandler
}

/** One worker of an application whose sessions are ours. */
export interface MiddlewareWorker {
  readonly sessions: HazelcastSessions
  readonly app: Express
  readonly url: string
  /** Makes `visit` a route, and returns its path. */
  readonly route: (visit: Visit) => string
}

export const SECRET = 'a secret of the tests'

/** An application whose requests are visits of a test. */
export interface VisitedApp {
  readonly app: Express
  readonly route: (visit: Visit) => string
}

export interface VisitedAppSettings {
  readonly express: typeof express
  readonly before?: RequestHandler | undefined
  readonly behind?: RequestHandler | undefined
  readonly onError?: ErrorRequestHandler | undefined
  readonly session: RequestHandler
}

export function visitedApp(settings: VisitedAppSettings): VisitedApp {
  const { express: version, before, session, behind, onError } = settings
  const visits = new Map<string, Visit>()
  const app = version()
  app.set('env', 'test')
  for (const handler of [before, session, behind]) if (handler) app.use(handler)
  // Express 4 does not look at the promise.
  app.use(async (req, res, next) => {
    try {
      const value: unknown = await visits.get(req.path)?.(req, res)
      if (!res.headersSent && !res.writableEnded && value !== ANSWERED) res.json(value ?? null)
    } catch (error) {
      next(error)
    }
  })
  app.use(onError ?? plainly)
  const route = (visit: Visit): string => {
    const path = `/visit/${visits.size}`
    visits.set(path, visit)
    return path
  }
  return { app, route }
}

/** What a visit returns when it has answered, or will. */
export const ANSWERED: unique symbol = Symbol('answered')

/** As Express, but for the stack. */
const plainly: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  res
    .status(error.status ?? 500)
    .set(error.headers ?? {})
    .json({ code: error.code, message: error.message })
}

/** Starts a worker for the running test; it is stopped when the test is over. */
export async function startMiddleware(settings: MiddlewareSettings = {}): Promise<MiddlewareWorker> {
  const { express: version = express, before, behind, onError, ...options } = settings
  const sessions = hazelcastSession({
    recordStore: new MemoryRecordStore(),
    secret: SECRET,
    workerName: 'w1',
    saveUninitialized: false,
    logger: silentLogger,
    ...options,
  })
  onTestFinished(() => sessions.manager.close())
  const { app, route } = visitedApp({ express: version, before, behind, onError, session: sessions })
  return { sessions, app, url: await listen(app), route }
}

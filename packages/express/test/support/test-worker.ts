import { once } from 'node:events'
import { createServer } from 'node:http'
import type { SessionManagerOptions } from '@hazelcast-session/core'
import express from 'express'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { onTestFinished } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import './session-data.ts'

/** What a route of a test does. What it returns is the JSON answer, unless it has answered itself. */
export type Visit = (req: Request, res: Response) => unknown

export interface WorkerSettings extends Omit<SessionManagerOptions, 'logger'> {
  /** @default express 5 */
  readonly express?: typeof express
  /** Options of the middleware. */
  readonly session?: Partial<session.SessionOptions>
  /** In place of a store of its own. */
  readonly store?: HazelcastStore
  /** Runs before the session middleware. */
  readonly before?: RequestHandler
  readonly onError?: ErrorRequestHandler
}

/** One worker of an application: an HTTP server with express-session on a `HazelcastStore`. */
export interface TestWorker {
  readonly store: HazelcastStore
  readonly app: Express
  readonly url: string
  /** Makes `visit` a route, and returns its path. */
  route(visit: Visit): string
}

/** Log lines of every store of the tests; nobody reads them on a console. */
export const silentLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Starts a worker for the running test; it is stopped when the test is over. */
export async function startWorker(settings: WorkerSettings): Promise<TestWorker> {
  const { express: version = express, session: options, store: given, before, onError, ...own } = settings
  const store = given ?? new HazelcastStore({ logger: silentLogger, ...own })
  const visits = new Map<string, Visit>()
  const app = version()
  // Not the way of production, in which errors are not written to the console.
  app.set('env', 'test')
  if (before) app.use(before)
  app.use(session({ store, secret: 'a secret of the tests', resave: false, saveUninitialized: false, ...options }))
  // Express 4 does not look at the promise.
  app.use(async (req, res, next) => {
    try {
      await answer(visits.get(req.path), req, res)
    } catch (error) {
      next(error)
    }
  })
  if (onError) app.use(onError)
  const url = await listen(app)
  if (!given) onTestFinished(() => store.close())
  const route = (visit: Visit): string => {
    const path = `/visit/${visits.size}`
    visits.set(path, visit)
    return path
  }
  return { store, app, url, route }
}

/** Serves `app` until the running test is over. */
export async function listen(app: Express): Promise<string> {
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

async function answer(visit: Visit | undefined, req: Request, res: Response): Promise<void> {
  const value: unknown = await visit?.(req, res)
  if (!res.headersSent) res.json(value ?? null)
}

import { once } from 'node:events'
import { createServer } from 'node:http'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import './session-data.ts'

/** What a route of a test does. What it returns is the JSON answer, unless it has answered itself. */
export type Visit = (ctx: Koa.Context) => unknown

/** An application whose requests are visits of a test. */
export interface VisitedApp {
  readonly app: Koa
  readonly url: string
  /** Makes `visit` a route, and returns its path. */
  route(visit: Visit): string
}

export interface VisitedAppSettings {
  /** Runs before the sessions' middleware. */
  readonly before?: Koa.Middleware | undefined
  /** Runs behind it. */
  readonly behind?: Koa.Middleware | undefined
}

/** What a visit returns when it has answered, or will. */
export const ANSWERED: unique symbol = Symbol('answered')

/** Log lines of the tests; nobody reads them on a console. */
export const silentLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Serves an application for the running test. `sessions`: makes its middleware. */
export async function visitedApp(
  sessions: (app: Koa) => Koa.Middleware,
  { before, behind }: VisitedAppSettings = {},
): Promise<VisitedApp> {
  const visits = new Map<string, Visit>()
  const app = new Koa({ keys: ['a key of the tests'] })
  // What goes wrong is answered; the console is nobody's.
  app.silent = true
  for (const handler of [before, sessions(app), behind]) if (handler) app.use(handler)
  app.use(async (ctx) => {
    const value: unknown = await visits.get(ctx.path)?.(ctx)
    if (value === ANSWERED || ctx.body !== undefined || ctx.status !== 404) return
    ctx.body = JSON.stringify(value ?? null)
  })
  const route = (visit: Visit): string => {
    const path = `/visit/${visits.size}`
    visits.set(path, visit)
    return path
  }
  return { app, url: await listen(app), route }
}

/** Serves `app` until the running test is over. */
async function listen(app: Koa): Promise<string> {
  const answer = app.callback()
  const server = createServer((req, res) => void answer(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

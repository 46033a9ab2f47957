import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import './session-data.ts'

/** What a route of a test does. What it returns is the answer, as from any handler of Fastify. */
type Visit = (request: FastifyRequest, reply: FastifyReply) => unknown

/** An application whose requests are visits of a test. */
export interface VisitedApp {
  readonly app: FastifyInstance
  readonly url: string
  /** Makes `visit` a route, and returns its address. */
  readonly route: (visit: Visit) => string
}

/** Log lines of the managers of the tests; nobody reads them on a console. */
export const silentLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Serves an application until the running test is over. `prepare` registers what it is made of. */
export async function startApp(
  prepare: (app: FastifyInstance) => Promise<unknown>,
  options: FastifyServerOptions = {},
): Promise<VisitedApp> {
  const app = fastify({ forceCloseConnections: true, ...options })
  const visits = new Map<string, Visit>()
  await prepare(app)
  app.all('/visit/:number', (request, reply) => visits.get(request.url.split('?')[0] ?? '')?.(request, reply))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const route = (visit: Visit): string => {
    const path = `/visit/${visits.size}`
    visits.set(path, visit)
    return url + path
  }
  return { app, url, route }
}

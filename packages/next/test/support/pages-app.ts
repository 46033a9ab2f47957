import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { AdapterHarness, Visit, VisitAnswer } from '@hazelcast-session/conformance'
import type { NextApiRequest, NextApiResponse } from 'next'
import { ApplicationSessions } from '../../src/application-sessions.ts'
import { withApiSession } from '../../src/pages-router.ts'
import type { ApiRequest } from '../../src/sessions.ts'

/** API routes of the Pages Router, which get node's request and response, as the proof kit drives them. */
export const pagesHarness: AdapterHarness = {
  serve: async ({ cookieMaxAge, ...options }, handler) => {
    const application = new ApplicationSessions({ ...options, cookie: { maxAge: cookieMaxAge } })
    const route = withApiSession<Record<string, unknown>, unknown>(
      () => application,
      async (req, res) => answer(res, await handler(visitOf(req, res))),
    )
    const server = createServer((req, res) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Next.js adds to them is not used here
      void Promise.resolve(route(req as NextApiRequest, res as NextApiResponse)).catch(() => failed(res))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const close = async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await application.manager.close()
    }
    return { origin: `http://127.0.0.1:${port}`, manager: application.manager, close }
  },
}

function visitOf(req: ApiRequest<Record<string, unknown>> & IncomingMessage, res: ServerResponse): Visit {
  const { session } = req
  return {
    method: req.method ?? 'GET',
    path: new URL(req.url ?? '/', 'http://localhost').pathname,
    body: () => json(req),
    get session() {
      // Asking for it is using it.
      void session.isNew
      return session
    },
    get id() {
      return session.id
    },
    get isNew() {
      return session.isNew
    },
    update: (change) => session.update(change),
    signIn: (principal) => session.signIn(principal),
    signOut: () => session.signOut(),
    changeId: () => session.changeId(),
    setCookie: (name, value) => void res.appendHeader('Set-Cookie', `${name}=${value}`),
    res,
  }
}

function answer(res: ServerResponse, given: VisitAnswer): void {
  if (given.kind === 'json') res.setHeader('Content-Type', 'application/json').end(JSON.stringify(given.value ?? null))
  else if (given.kind === 'empty') res.writeHead(given.status).end()
  else if (given.kind === 'redirect') res.writeHead(302, { Location: given.to }).end()
  else if (given.kind === 'stream') {
    given.body.on('error', () => void (res.headersSent ? res.destroy() : res.writeHead(500).end())).pipe(res)
  }
}

/** As Next.js answers what a route throws. */
function failed(res: ServerResponse): void {
  if (!res.headersSent) res.writeHead(500)
  res.end('Internal Server Error')
}

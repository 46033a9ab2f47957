import type { AdapterHarness, Visit, VisitAnswer } from '@hazelcast-session/conformance'
import express from 'express'
import type { Express, Request, Response } from 'express'
import type { Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { hazelcastSession } from '../../src/index.ts'

/** Express with `hazelcastSession`, as the proof kit drives it. */
export function expressHarness(version: typeof express = express): AdapterHarness {
  return {
    serve: async ({ secret, cookieMaxAge, ...options }, handler) => {
      const sessions = hazelcastSession({
        ...options,
        secret: typeof secret === 'string' ? secret : [...secret],
        resave: false,
        saveUninitialized: false,
        ...(cookieMaxAge === undefined ? {} : { cookie: { maxAge: cookieMaxAge * 1000 } }),
      })
      const app = version().set('env', 'test')
      app.use(sessions, async (req, res, next) => {
        try {
          answer(res, await handler(visitOf(req, res)))
        } catch (error) {
          // Express 4 does not look at the promise.
          next(error)
        }
      })
      const { origin, server } = await listen(app)
      const close = async (): Promise<void> => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
        await sessions.manager.close()
      }
      return { origin, manager: sessions.manager, close }
    },
  }
}

function visitOf(req: Request, res: Response): Visit {
  return {
    method: req.method,
    path: req.path,
    body: () => json(req),
    get session() {
      return req.session
    },
    get id() {
      return req.session.id
    },
    get isNew() {
      return req.session.isNew
    },
    update: (change) => req.session.update((data) => change(data)),
    signIn: (principal) => req.session.signIn(principal),
    signOut: () => req.session.signOut(),
    changeId: () => req.session.changeId(),
    setCookie: (name, value) => void res.cookie(name, value),
    res,
  }
}

function answer(res: Response, given: VisitAnswer): void {
  if (given.kind === 'json') res.json(given.value)
  else if (given.kind === 'empty') res.status(given.status).end()
  else if (given.kind === 'redirect') res.redirect(given.to)
  else if (given.kind === 'stream') {
    given.body.on('error', () => void (res.headersSent ? res.destroy() : res.writeHead(500).end())).pipe(res)
  }
}

function listen(app: Express): Promise<{ readonly origin: string; readonly server: Server }> {
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      resolve({ origin: `http://127.0.0.1:${port}`, server })
    })
  })
}

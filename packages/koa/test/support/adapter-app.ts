import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import type { AdapterHarness, Visit, VisitAnswer } from '@hazelcast-session/conformance'
import type { SessionAttributes } from '@hazelcast-session/core'
import type Koa from 'koa'
import { hazelcastSession } from '../../src/index.ts'
import { ANSWERED } from './visited-app.ts'

/** Koa with `hazelcastSession`, as the proof kit drives it; the cookie as it has it, and not of a day as is usual here. */
export const koaHarness = (Version: typeof Koa): AdapterHarness => ({
  serve: async ({ cookieMaxAge, ...options }, handler) => {
    const maxAge = cookieMaxAge === undefined ? 'session' : cookieMaxAge * 1000
    const sessions = hazelcastSession({ maxAge, ...options })
    const app = new Version()
    app.silent = true
    app.use(sessions)
    app.use(async (ctx) => answer(ctx, await handler(visitOf(ctx))))
    const callback = app.callback()
    const server = createServer((req, res) => void callback(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const close = async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sessions.manager.close()
    }
    return { origin: `http://127.0.0.1:${port}`, manager: sessions.manager, close }
  },
})

function visitOf(ctx: Koa.Context): Visit {
  return {
    method: ctx.method,
    path: ctx.path,
    body: () => json(ctx.req),
    get session() {
      return ctx.session
    },
    get id() {
      return ctx.session.externalKey
    },
    get isNew() {
      return ctx.session.isNew
    },
    update: (change) => ctx.session.update((data: SessionAttributes) => change(data)),
    signIn: (principal) => ctx.session.signIn(principal),
    signOut: () => ctx.session.signOut(),
    changeId: () => ctx.session.changeId(),
    setCookie: (name, value) => void ctx.cookies.set(name, value),
    get res() {
      ctx.respond = false
      return ctx.res
    },
  }
}

function answer(ctx: Koa.Context, given: VisitAnswer): unknown {
  if (given.kind === 'raw') return ANSWERED
  if (given.kind === 'redirect') return ctx.redirect(given.to)
  if (given.kind === 'empty') ctx.status = given.status
  else if (given.kind === 'stream') {
    // Koa leaves an answer that has begun as it is.
    ctx.body = given.body.on('error', () => void (ctx.res.headersSent && ctx.res.destroy()))
  } else ctx.body = JSON.stringify(given.value ?? null)
  return undefined
}

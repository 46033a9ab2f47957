import type { AdapterHarness, Visit, VisitAnswer } from '@hazelcast-session/conformance'
import cookie from '@fastify/cookie'
import fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hazelcastSession } from '../../src/index.ts'

/** Fastify with `hazelcastSession`, as the proof kit drives it. */
export const fastifyHarness: AdapterHarness = {
  serve: async ({ secret, cookieMaxAge, ...options }, handler) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(cookie)
    await app.register(hazelcastSession, {
      ...options,
      secret: typeof secret === 'string' ? secret : [...secret],
      saveUninitialized: false,
      // As in the other frameworks; this library's own default is on.
      rolling: false,
      cookie: { secure: false, ...(cookieMaxAge === undefined ? {} : { maxAge: cookieMaxAge * 1000 }) },
    })
    app.all('/*', async (request, reply) => answer(reply, await handler(visitOf(request, reply))))
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    const { manager } = app.sessions
    const close = async (): Promise<void> => {
      await app.close()
      await manager.close()
    }
    return { origin, manager, close }
  },
}

function visitOf(request: FastifyRequest, reply: FastifyReply): Visit {
  return {
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    body: async () => request.body,
    get session() {
      return request.session
    },
    get id() {
      return request.session.sessionId
    },
    get isNew() {
      return request.session.isNew
    },
    update: (change) => request.session.update((data) => change(data)),
    signIn: (principal) => request.session.signIn(principal),
    signOut: () => request.session.signOut(),
    changeId: () => request.session.changeId(),
    setCookie: (name, value) => void reply.setCookie(name, value),
    res: reply.raw,
  }
}

function answer(reply: FastifyReply, given: VisitAnswer): unknown {
  if (given.kind === 'json') return reply.type('application/json').send(JSON.stringify(given.value))
  if (given.kind === 'empty') return reply.status(given.status).send()
  if (given.kind === 'redirect') return reply.redirect(given.to)
  if (given.kind === 'stream') return reply.type('text/plain').send(given.body)
  return reply.hijack()
}

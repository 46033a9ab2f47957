import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { HazelcastStore } from '@hazelcast-session/fastify'
import { serve } from './serve.ts'

const store = new HazelcastStore()
const secret = process.env['HZ_SESSION_SECRET'] ?? 'a secret for the example shop only'

await serve(async (app) => {
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    store,
    secret,
    cookieName: 'shop.sid',
    // As all other frameworks write the cookie.
    cookiePrefix: 's:',
    // As the other door's, which a sticky worker may put its name behind.
    idGenerator: () => store.manager.idPolicy.generate(),
    cookie: { secure: 'auto' },
    // A slow answer would set the cookie of a session that has ended meanwhile.
    rolling: false,
    saveUninitialized: false,
  })
  return {
    worker: store.manager.worker.name,
    ready: (timeout) => store.ready(timeout),
    isNew: ({ session }) => store.isNew(session),
    update: ({ session }, change) => store.update(session, change),
    // A new id against session fixation, with everything the session holds.
    signIn: async (request, user) => {
      await request.session.regenerate(Object.keys(request.session).filter((name) => name !== 'cookie'))
      request.session.user = user
    },
    signOut: async (request, reply) => {
      await store.end(request.session)
      reply.clearCookie('shop.sid')
    },
    drain: () => store.manager.drain(),
    close: () => store.close(),
  }
})

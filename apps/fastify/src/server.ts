import { hazelcastSession } from '@hazelcast-session/fastify'
import { serve } from './serve.ts'

// Which cluster and which worker this is comes from the environment: HZ_SESSION_CLUSTER_MEMBERS, HZ_SESSION_WORKER_NAME, ...
const secret = process.env['HZ_SESSION_SECRET'] ? undefined : 'a secret for the example shop only'

await serve(async (app) => {
  await app.register(hazelcastSession, {
    secret,
    cookieName: 'shop.sid',
    cookie: { secure: 'auto' },
    rolling: false,
    saveUninitialized: false,
  })
  const { manager } = app.sessions
  return {
    worker: manager.worker.name,
    ready: (timeout) => manager.ready(timeout),
    isNew: ({ session }) => session.isNew,
    update: ({ session }, change) => session.update(change),
    signIn: async ({ session }, user) => {
      await session.signIn(user)
      session.user = user
    },
    signOut: ({ session }) => session.signOut(),
    drain: () => manager.drain(),
    // `app.close()` has done it.
    close: async () => {},
  }
})

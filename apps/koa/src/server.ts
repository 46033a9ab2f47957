import { hazelcastSession } from '@hazelcast-session/koa'
import { serve } from './serve.ts'

// Which cluster and which worker this is comes from the environment: HZ_SESSION_CLUSTER_MEMBERS, HZ_SESSION_WORKER_NAME, ...
const secret = process.env['HZ_SESSION_SECRET'] ? undefined : 'a secret for the example shop only'
const sessions = hazelcastSession({ secret, key: 'shop.sid', maxAge: 'session' })

await serve({
  worker: sessions.manager.worker.name,
  sessions: () => sessions,
  ready: (timeout) => sessions.manager.ready(timeout),
  isNew: (ctx) => ctx.session.isNew,
  update: (ctx, change) => ctx.session.update(change),
  signIn: async (ctx, user) => {
    await ctx.session.signIn(user)
    ctx.session.user = user
  },
  signOut: (ctx) => ctx.session.signOut(),
  drain: () => sessions.manager.drain(),
  close: () => sessions.manager.close(),
})

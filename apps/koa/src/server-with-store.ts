import { HazelcastStore } from '@hazelcast-session/koa'
import koaSession from 'koa-session'
import { serve } from './serve.ts'

const store = new HazelcastStore()
const secret = process.env['HZ_SESSION_SECRET'] ?? 'a secret for the example shop only'

await serve({
  worker: store.manager.worker.name,
  sessions: (app) =>
    // One cookie with the shops on other frameworks.
    koaSession({ store, maxAge: 'session', ...store.sharedCookie({ secret, key: 'shop.sid' }) }, app),
  ready: (timeout) => store.ready(timeout),
  isNew: (ctx) => store.isNew(ctx),
  update: (ctx, change) => store.update(ctx, change),
  // A new id against session fixation, with everything the session holds.
  signIn: async (ctx, user) => {
    ctx.session.user = user
    await ctx.session.regenerate()
  },
  signOut: async (ctx) => void (await store.end(ctx)),
  drain: () => store.manager.drain(),
  close: () => store.close(),
})

import { hazelcastSession } from '@hazelcast-session/express'
import { serve } from './serve.ts'

// Which cluster and which worker this is comes from the environment: HZ_SESSION_CLUSTER_MEMBERS, HZ_SESSION_WORKER_NAME, ...
const secret = process.env['HZ_SESSION_SECRET'] ? undefined : 'a secret for the example shop only'
const sessions = hazelcastSession({
  secret,
  name: 'shop.sid',
  resave: false,
  saveUninitialized: false,
})

await serve({
  worker: sessions.manager.worker.name,
  sessions,
  ready: (timeout) => sessions.manager.ready(timeout),
  isNew: (req) => req.session.isNew,
  // The response waits for it anyway.
  save: async () => {},
  update: (req, change) => req.session.update(change),
  signIn: async (req, user) => {
    await req.session.signIn(user)
    req.session.user = user
  },
  signOut: (req) => req.session.signOut(),
  drain: () => sessions.manager.drain(),
  close: () => sessions.manager.close(),
})

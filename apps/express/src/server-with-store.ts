import { promisify } from 'node:util'
import { HazelcastStore } from '@hazelcast-session/express'
import type { Request } from 'express'
import session from 'express-session'
import { serve } from './serve.ts'

const store = new HazelcastStore()
const secret = process.env['HZ_SESSION_SECRET'] ?? 'a secret for the example shop only'

/** The library saves after the response is on its way; who waits for this can rely on what it answers. */
function save(req: Request): Promise<void> {
  return promisify<void>((done) => req.session.save(done))()
}

await serve({
  worker: store.manager.worker.name,
  sessions: session({ store, secret, name: 'shop.sid', resave: false, saveUninitialized: false }),
  ready: (timeout) => store.ready(timeout),
  isNew: (req) => store.isNew(req.session),
  save,
  update: (req, change) => store.update(req.session, change),
  // A new id against session fixation, with everything the session holds.
  signIn: async (req, user) => {
    const { cookie: _, ...data } = req.session
    await promisify<void>((done) => req.session.regenerate(done))()
    Object.assign(req.session, data, { user })
    await save(req)
  },
  signOut: async (req, res) => {
    await store.end(req.session)
    res.clearCookie('shop.sid')
  },
  drain: () => store.manager.drain(),
  close: () => store.close(),
})

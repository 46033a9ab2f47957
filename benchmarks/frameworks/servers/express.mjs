// One Express server for the benchmark.
import express from 'express'
import session from 'express-session'
import { SECRET, SESSIONS, announce, begin, freshData, read, state, write } from './work.mjs'

const library = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: undefined } }

/** @type {Record<string, () => Promise<import('express').RequestHandler | undefined>>} */
const KINDS = {
  none: async () => undefined,
  memory: async () => session({ ...library }),
  redis: async () => {
    const { RedisStore } = await import('connect-redis')
    const { createClient } = await import('redis')
    const client = createClient({ url: process.env['REDIS_URL'] ?? '' })
    await client.connect()
    return session({ ...library, store: new RedisStore({ client, ttl: 1800 }) })
  },
  store: async () => {
    const { HazelcastStore } = await import('@hazelcast-session/express')
    const store = new HazelcastStore()
    await store.ready()
    return session({ ...library, store })
  },
  middleware: async () => {
    const { hazelcastSession } = await import('@hazelcast-session/express')
    const sessions = hazelcastSession({ secret: SECRET, resave: false, saveUninitialized: false })
    await sessions.manager.ready()
    return sessions
  },
}

/** @param {{ session: object }} req @returns {Record<string, unknown>} */
function dataOf(req) {
  return Object(req.session)
}

const sessions = await KINDS[SESSIONS]?.()
const app = express().disable('x-powered-by').set('etag', false)
if (sessions) app.use(sessions)
else {
  app.use((req, _res, next) => {
    Object.assign(req, { session: freshData() })
    next()
  })
}

app.post('/begin', (req, res) => void res.send(begin(dataOf(req))))
app.get('/read', (req, res) => void res.send(read(dataOf(req))))
app.post('/write', (req, res) => void res.send(write(dataOf(req))))
app.post('/overlap/:name', (req, res) => void res.send(write(dataOf(req), req.params.name)))
app.get('/state', (req, res) => void res.send(state(dataOf(req))))

const server = app.listen(0, '127.0.0.1', () => announce(Object(server.address()).port))

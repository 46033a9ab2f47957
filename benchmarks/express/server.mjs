// One Express server for the benchmark. SESSIONS says which sessions it has; everything else is the same for all.
import express from 'express'
import session from 'express-session'

const SECRET = 'a secret of the benchmark, 32 characters'
const library = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: undefined } }

/** @type {Record<string, () => Promise<import('express').RequestHandler | undefined>>} */
const SESSIONS = {
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

/** About 2 KB of what sessions hold: a user, a cart, some flags. */
function freshData() {
  const items = Array.from({ length: 12 }, (_, index) => ({
    sku: `SKU-${index}`,
    title: `A thing with a name, number ${index}`,
    quantity: 1 + (index % 3),
    price: 19.95 + index,
    tags: ['new', 'sale'],
  }))
  return {
    user: { name: 'Ann Example', mail: 'ann@example.org', roles: ['customer', 'reviewer'], since: '2024-02-29' },
    cart: { items, currency: 'EUR', coupon: null },
    flags: { seenBanner: true, theme: 'dark', locale: 'en-GB' },
    notes: 'x'.repeat(500),
    count: 0,
  }
}

/** The session without the types of anybody's application. @param {{ session: object }} req */
function dataOf(req) {
  return Object(req.session)
}

const sessions = await SESSIONS[process.env['SESSIONS'] ?? 'none']?.()
const app = express().disable('x-powered-by').set('etag', false)
if (sessions) app.use(sessions)
else {
  app.use((req, _res, next) => {
    Object.assign(req, { session: freshData() })
    next()
  })
}

app.post('/begin', (req, res) => {
  Object.assign(req.session, freshData())
  res.send('begun')
})
app.get('/read', (req, res) => void res.send(`hello ${dataOf(req).user.name}`))
app.post('/write', (req, res) => {
  const data = dataOf(req)
  data['count'] = (data['count'] ?? 0) + 1
  res.send(String(data['count']))
})
app.post('/overlap/:name', (req, res) => {
  const { name } = req.params
  const data = dataOf(req)
  data[name] = (data[name] ?? 0) + 1
  res.send(String(data[name]))
})
app.get('/state', (req, res) => {
  const { cookie: _, ...state } = req.session
  res.json(state)
})

const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: Object(server.address()).port }))
process.on('disconnect', () => process.exit())

// One Fastify server for the benchmark.
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import fastify from 'fastify'
import { SECRET, SESSIONS, announce, begin, freshData, read, state, write } from './work.mjs'

const app = fastify()
const library = { secret: SECRET, rolling: false, saveUninitialized: false, cookie: { secure: false } }

/** @type {Record<string, () => Promise<unknown>>} */
const KINDS = {
  none: async () => app.addHook('onRequest', async (request) => void Object.assign(request, { session: freshData() })),
  redis: async () => {
    const { RedisStore } = await import('connect-redis')
    const { createClient } = await import('redis')
    const client = createClient({ url: process.env['REDIS_URL'] ?? '' })
    await client.connect()
    await app.register(cookie)
    // Its types are those of express-session.
    const store = Object(new RedisStore({ client, ttl: 1800 }))
    await app.register(session, { ...library, store })
  },
  store: async () => {
    const { HazelcastStore } = await import('@hazelcast-session/fastify')
    const store = new HazelcastStore()
    await store.ready()
    await app.register(cookie)
    await app.register(session, { ...library, store })
  },
  middleware: async () => {
    const { hazelcastSession } = await import('@hazelcast-session/fastify')
    await app.register(hazelcastSession, library)
    await app.sessions.manager.ready()
  },
}
await KINDS[SESSIONS]?.()

/** @param {object} request @returns {Record<string, unknown>} */
function dataOf(request) {
  return Object(Reflect.get(request, 'session'))
}

app.post('/begin', async (request) => begin(dataOf(request)))
app.get('/read', async (request) => read(dataOf(request)))
app.post('/write', async (request) => write(dataOf(request)))
app.post('/overlap/:name', async (request) => write(dataOf(request), Object(request.params).name))
app.get('/state', async (request) => state(dataOf(request)))

await app.listen({ port: 0, host: '127.0.0.1' })
announce(Object(app.server.address()).port)

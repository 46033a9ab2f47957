// One Koa server for the benchmark.
import Koa from 'koa'
import session from 'koa-session'
import { SECRET, SESSIONS, announce, begin, freshData, read, state, write } from './work.mjs'

const app = new Koa({ keys: [SECRET] })
const library = { maxAge: 1_800_000 }

/** @type {Record<string, () => Promise<Koa.Middleware>>} */
const KINDS = {
  none: async () => (ctx, next) => {
    Object.defineProperty(ctx, 'session', { value: freshData() })
    return next()
  },
  redis: async () => {
    const { default: redisStore } = await import('koa-redis')
    const store = Object(redisStore({ url: process.env['REDIS_URL'] ?? '' }))
    return session({ ...library, store }, app)
  },
  store: async () => {
    const { HazelcastStore } = await import('@hazelcast-session/koa')
    const store = new HazelcastStore({ maxInactiveInterval: 1800 })
    await store.ready()
    return session({ ...library, store }, app)
  },
  middleware: async () => {
    const { hazelcastSession } = await import('@hazelcast-session/koa')
    const sessions = hazelcastSession({ ...library, secret: SECRET })
    await sessions.manager.ready()
    return sessions
  },
}

const sessions = await KINDS[SESSIONS]?.()
if (sessions) app.use(sessions)

/** @type {Record<string, (session: Record<string, unknown>) => string>} */
const ROUTES = { '/begin': begin, '/read': read, '/write': (data) => write(data), '/state': (data) => state(data) }

app.use((ctx) => {
  const data = Object(ctx.session)
  const [, , name] = ctx.path.split('/')
  // The library's object has more than attributes.
  const isState = ctx.path === '/state' && typeof data.toJSON === 'function'
  ctx.body = name === undefined ? ROUTES[ctx.path]?.(isState ? data.toJSON() : data) : write(data, name)
})

const server = app.listen(0, '127.0.0.1', () => announce(Object(server.address()).port))

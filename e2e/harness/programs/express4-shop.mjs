// The shop's routes that scenarios need, on Express 4, whose handlers do not wait for promises.
import { promisify } from 'node:util'
import { HazelcastStore } from '@hazelcast-session/express'
import express from 'express4'
import session from 'express-session'

const store = new HazelcastStore()
const worker = store.manager.worker.name
const app = express()
app.get('/health', (_req, res) => res.sendStatus(200))
app.get('/api/none', (_req, res) => res.sendStatus(204))
app.use(
  session({
    store,
    secret: `${process.env['HZ_SESSION_SECRET']}`,
    name: 'shop.sid',
    resave: false,
    saveUninitialized: false,
  }),
)
app.use(express.json({ strict: false }))

/** @param {(req: import('express').Request, res: import('express').Response) => Promise<unknown>} handler */
function waiting(handler) {
  /** @type {import('express').RequestHandler} */
  return async (req, res, next) => {
    try {
      await handler(req, res)
    } catch (error) {
      next(error)
    }
  }
}

/** @param {import('express').Request} req */
const save = (req) => promisify((/** @type {(error: unknown) => void} */ done) => req.session.save(done))()

app.get('/', (_req, res) => res.send(worker))
app.get('/api/session', (req, res) => {
  const isNew = store.isNew(req.session)
  const { cookie: _, ...attributes } = req.session
  res.json({ isNew, id: isNew ? null : req.session.id, worker, attributes })
})
app.put(
  '/api/attributes/:name',
  waiting(async (req, res) => {
    Reflect.set(req.session, String(req.params['name']), req.body)
    await new Promise((resolve) => setTimeout(resolve, Number(req.query['delay'] ?? 0)))
    await save(req)
    res.sendStatus(204)
  }),
)
app.post(
  '/api/increment/:name',
  waiting(async (req, res) => {
    const name = String(req.params['name'])
    const value = await store.update(req.session, (data) => {
      const next = Number(Reflect.get(data, name) ?? 0) + 1
      Reflect.set(data, name, next)
      return next
    })
    res.json({ value })
  }),
)
app.post(
  '/api/login',
  waiting(async (req, res) => {
    const { cookie: _, ...data } = req.session
    await promisify((/** @type {(error: unknown) => void} */ done) => req.session.regenerate(done))()
    Object.assign(req.session, data, { user: req.body.user })
    await save(req)
    res.sendStatus(204)
  }),
)
app.post(
  '/api/logout',
  waiting(async (req, res) => {
    await store.end(req.session)
    res.clearCookie('shop.sid').sendStatus(204)
  }),
)

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`)
})
process.once('SIGTERM', () => server.close(() => void store.close()))

// The shop's routes that scenarios need, on Express 4, whose handlers do not wait for promises; at the door that `SHOP_DOOR`
// names.
import { promisify } from 'node:util'
import { HazelcastStore, hazelcastSession } from '@hazelcast-session/express'
import express from 'express4'
import session from 'express-session'

/** @typedef {import('express').Request} Request */
/** @typedef {import('express').Response} Response */
/** @typedef {import('@hazelcast-session/express').StoredData} StoredData */

const OPTIONS = { name: 'shop.sid', resave: false, saveUninitialized: false }

function storeDoor() {
  const store = new HazelcastStore()
  /** @param {Request} req */
  const save = (req) => promisify((/** @type {(error: unknown) => void} */ done) => req.session.save(done))()
  return {
    manager: store.manager,
    sessions: session({ ...OPTIONS, store, secret: `${process.env['HZ_SESSION_SECRET']}` }),
    isNew: (/** @type {Request} */ req) => store.isNew(req.session),
    save,
    update: (/** @type {Request} */ req, /** @type {(data: StoredData) => number} */ change) =>
      store.update(req.session, change),
    signIn: async (/** @type {Request} */ req) => {
      const { cookie: _, ...data } = req.session
      await promisify((/** @type {(error: unknown) => void} */ done) => req.session.regenerate(done))()
      Object.assign(req.session, data, { user: req.body.user })
      await save(req)
    },
    signOut: async (/** @type {Request} */ req, /** @type {Response} */ res) => {
      await store.end(req.session)
      res.clearCookie('shop.sid')
    },
  }
}

function middlewareDoor() {
  const sessions = hazelcastSession(OPTIONS)
  return {
    manager: sessions.manager,
    sessions,
    isNew: (/** @type {Request} */ req) => req.session.isNew,
    // The response waits for it anyway.
    save: async () => {},
    update: (/** @type {Request} */ req, /** @type {(data: StoredData) => number} */ change) =>
      req.session.update(change),
    signIn: async (/** @type {Request} */ req) => {
      await req.session.signIn(req.body.user)
      Object.assign(req.session, { user: req.body.user })
    },
    signOut: (/** @type {Request} */ req) => req.session.signOut(),
  }
}

const door = process.env['SHOP_DOOR'] === 'middleware' ? middlewareDoor() : storeDoor()
const worker = door.manager.worker.name
const app = express()
app.get('/health', (_req, res) => res.sendStatus(200))
app.get('/api/none', (_req, res) => res.sendStatus(204))
app.use(door.sessions)
app.use(express.json({ strict: false }))

/** @param {(req: Request, res: Response) => Promise<unknown>} handler */
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

app.get('/', (req, res) => res.send(`${worker} serves ${Reflect.get(req.session, 'user')}`))
app.get('/api/session', (req, res) => {
  const isNew = door.isNew(req)
  const { cookie: _, ...attributes } = req.session
  res.json({ isNew, id: isNew ? null : req.session.id, worker, attributes })
})
app.put(
  '/api/attributes/:name',
  waiting(async (req, res) => {
    Reflect.set(req.session, String(req.params['name']), req.body)
    await new Promise((resolve) => setTimeout(resolve, Number(req.query['delay'] ?? 0)))
    await door.save(req)
    res.sendStatus(204)
  }),
)
app.post(
  '/api/increment/:name',
  waiting(async (req, res) => {
    const name = String(req.params['name'])
    const value = await door.update(req, (data) => {
      const next = Number(Reflect.get(data, name) ?? 0) + 1
      Reflect.set(data, name, next)
      return next
    })
    res.json({ value })
  }),
)
app.post(
  '/api/redirect/:name',
  waiting(async (req, res) => {
    Reflect.set(req.session, String(req.params['name']), req.body)
    await door.save(req)
    res.redirect(303, '/api/session')
  }),
)
app.post(
  '/cart',
  waiting(async (req, res) => {
    await door.update(req, (data) => {
      const cart = Object(Reflect.get(data, 'cart'))
      const count = Number(cart[req.body.item] ?? 0) + 1
      Reflect.set(data, 'cart', { ...cart, [req.body.item]: count })
      return count
    })
    res.redirect(303, '/')
  }),
)
app.post(
  '/api/login',
  waiting(async (req, res) => {
    await door.signIn(req)
    res.sendStatus(204)
  }),
)
app.post(
  '/api/logout',
  waiting(async (req, res) => {
    await door.signOut(req, res)
    res.sendStatus(204)
  }),
)

// Express 4 writes the stack of an error, which does not have its code.
/** @type {import('express').ErrorRequestHandler} */
const noteCode = (error, _req, _res, next) => {
  console.error(error.code)
  next(error)
}
app.use(noteCode)

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`)
})
process.once('SIGTERM', () => server.close(() => void door.manager.close()))

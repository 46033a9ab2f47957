import { promisify } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { HazelcastStore } from '@hazelcast-session/express'
import express from 'express'
import type { Request } from 'express'
import session from 'express-session'
import { page } from './page.ts'
import './session-data.ts'

// Which cluster and which worker this is comes from the environment: HZ_SESSION_CLUSTER_MEMBERS, HZ_SESSION_WORKER_NAME, ...
const store = new HazelcastStore()
const worker = store.manager.worker.name
let isDraining = false

const app = express()
app.get('/health', (_req, res) => void res.sendStatus(isDraining ? 503 : 200))
app.get('/api/none', (_req, res) => void res.sendStatus(204))

const secret = process.env['HZ_SESSION_SECRET'] ?? 'a secret for the example shop only'
app.use(session({ store, secret, name: 'shop.sid', resave: false, saveUninitialized: false }))
app.use(express.json({ strict: false }), express.urlencoded({ extended: false }))

/** The library saves after the response is on its way; who waits for this can rely on what it answers. */
function save(req: Request): Promise<void> {
  return promisify<void>((done) => req.session.save(done))()
}

/** A new id against session fixation, with everything the session holds. */
async function signIn(req: Request, user: string): Promise<void> {
  const { cookie: _, ...data } = req.session
  await promisify<void>((done) => req.session.regenerate(done))()
  Object.assign(req.session, data, { user })
  await save(req)
}

async function addToCart(req: Request, item: string): Promise<void> {
  await store.update(req.session, (data) => {
    data.cart = { ...data.cart, [item]: (data.cart?.[item] ?? 0) + 1 }
  })
}

app.get('/', (req, res) => {
  res.send(page({ worker, user: req.session.user, cart: req.session.cart ?? {} }))
})
app.get('/api/session', (req, res) => {
  const isNew = store.isNew(req.session)
  const { cookie: _, ...attributes } = req.session
  res.json({ isNew, id: isNew ? null : req.session.id, worker, attributes })
})
app.put('/api/attributes/:name', async (req, res) => {
  req.session[req.params.name] = req.body
  await pause(Number(req.query['delay'] ?? 0))
  await save(req)
  res.sendStatus(204)
})
app.delete('/api/attributes/:name', async (req, res) => {
  delete req.session[req.params.name]
  await save(req)
  res.sendStatus(204)
})
app.post('/api/increment/:name', async (req, res) => {
  const { name } = req.params
  res.json({ value: await store.update(req.session, (data) => (data[name] = Number(data[name] ?? 0) + 1)) })
})
app.post('/api/login', async (req, res) => {
  await signIn(req, String(req.body.user))
  res.sendStatus(204)
})
app.post('/api/logout', async (req, res) => {
  await store.end(req.session)
  res.clearCookie('shop.sid').sendStatus(204)
})
app.post('/api/redirect/:name', async (req, res) => {
  req.session[req.params.name] = req.body
  await save(req)
  res.redirect(303, '/api/session')
})
app.post('/login', (req, res) => signIn(req, String(req.body.user)).then(() => res.redirect(303, '/')))
app.post('/logout', (req, res) => store.end(req.session).then(() => res.clearCookie('shop.sid').redirect(303, '/')))
app.post('/cart', (req, res) => addToCart(req, String(req.body.item)).then(() => res.redirect(303, '/')))

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : address
  console.log(`The shop, worker ${worker}, listens on http://127.0.0.1:${port}`)
})

process.once('SIGTERM', () => {
  isDraining = true
  server.close(() => void store.close())
})

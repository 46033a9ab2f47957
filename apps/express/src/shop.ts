import { setTimeout as pause } from 'node:timers/promises'
import { increment, isAttributeName, page, putIntoCart } from '@hazelcast-session/shop'
import express from 'express'
import type { Express, NextFunction, Request, Response } from 'express'
import type { Door } from './door.ts'
import './session-data.ts'

/** The shop: a page, and the JSON routes that tests and benchmarks use. */
export function shop(door: Door): Express {
  const app = express()
  app.get('/api/none', (_req, res) => void res.sendStatus(204))
  // Bodies first: who gives up while a session is loaded would leave none.
  app.use(express.json({ strict: false }), express.urlencoded({ extended: false }), door.sessions)
  app.param('name', (_req, res, next, name) => (isAttributeName(name) ? next() : res.sendStatus(400)))
  addPage(app, door)
  addApi(app, door)
  return app
}

function addPage(app: Express, door: Door): void {
  app.get('/', (req, res) => {
    // Who goes back after a log-out shall not see what was there before.
    res.set('cache-control', 'no-store')
    res.send(page({ worker: door.worker, user: req.session.user, cart: req.session.cart ?? {} }))
  })
  app.post('/login', withBody, (req, res) => door.signIn(req, String(req.body.user)).then(() => res.redirect(303, '/')))
  app.post('/logout', (req, res) => door.signOut(req, res).then(() => res.redirect(303, '/')))
  app.post('/cart', withBody, (req, res) => addToCart(door, req).then(() => res.redirect(303, '/')))
}

function addApi(app: Express, door: Door): void {
  app.get('/api/session', (req, res) => {
    const isNew = door.isNew(req)
    const { cookie: _, ...attributes } = req.session
    res.json({ isNew, id: isNew ? null : req.session.id, worker: door.worker, attributes })
  })
  app.put('/api/attributes/:name', withBody, async (req, res) => {
    req.session[req.params.name] = req.body
    await pause(Number(req.query['delay'] ?? 0))
    await door.save(req)
    res.sendStatus(204)
  })
  app.delete('/api/attributes/:name', async (req, res) => {
    delete req.session[req.params.name]
    await door.save(req)
    res.sendStatus(204)
  })
  app.post('/api/increment/:name', async (req, res) => {
    const { name } = req.params
    res.json({ value: await door.update(req, (data) => increment(data, name)) })
  })
  app.post('/api/login', withBody, async (req, res) => {
    await door.signIn(req, String(req.body.user))
    res.sendStatus(204)
  })
  app.post('/api/logout', async (req, res) => {
    await door.signOut(req, res)
    res.sendStatus(204)
  })
  app.post('/api/redirect/:name', withBody, async (req, res) => {
    req.session[req.params.name] = req.body
    await door.save(req)
    res.redirect(303, '/api/session')
  })
}

/** Express's parsers let a request go on that brought nothing, or whose sender has gone. */
function withBody<Params>(req: Request<Params>, res: Response, next: NextFunction): void {
  if (req.body === undefined) res.sendStatus(400)
  else next()
}

async function addToCart(door: Door, req: Request): Promise<void> {
  const item = String(req.body.item)
  await door.update(req, (data) => putIntoCart(data, item))
}

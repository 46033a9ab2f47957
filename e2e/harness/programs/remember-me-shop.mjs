// A shop in which some are remembered: their cookie, and with it their session, has a life of its own, given in ms by
// `?for=` at the log-in.
import { hazelcastSession } from '@hazelcast-session/express'
import express from 'express'

const sessions = hazelcastSession({ resave: false, saveUninitialized: false })
const app = express()
app.use(sessions)
app.put('/api/attributes/:name', (req, res) => {
  if (req.query['for'] !== undefined) req.session.cookie.maxAge = Number(req.query['for'])
  Reflect.set(req.session, req.params.name, true)
  res.sendStatus(204)
})
app.get('/api/session', (req, res) => {
  const { cookie: _, ...attributes } = req.session
  const { isNew } = req.session
  res.json({ isNew, id: isNew ? null : req.session.id, worker: sessions.manager.worker.name, attributes })
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`)
})
process.once('SIGTERM', () => server.close(() => void sessions.manager.close()))

import { hazelcastSession } from '@hazelcast-session/express'
import express from 'express'
import { COOKIE, cookieParts } from './cookie-parts.ts'
import type { WorkerMessage } from './worker-message.ts'
import './session-data.ts'

/** A worker of the demo: an Express application that brings its own Hazelcast member. */
const STARTED = /Hazelcast member of cluster "[^"]+" listens on (\S+), pid (\d+)/
const GOODS = ['apples', 'bread', 'coffee']

const sessions = hazelcastSession({
  topology: 'peer-to-peer',
  membersPerHost: 3,
  secret: 'a secret that only this demo has, and everybody may know',
  name: COOKIE,
  resave: false,
  saveUninitialized: false,
  logger: { debug: () => {}, info: noteMember, warn: () => {}, error: (message) => console.error(message) },
})
const { manager } = sessions
const { name } = manager.worker

manager.on('created', () => news('began a session'))
manager.on('takenOver', () => news('took over your session: one read, no write, a new cookie'))
manager.on('idChanged', () => news('gave your session a new id, as you logged in; your cart came along'))
manager.on('destroyed', ({ reason }) => news(`ended a session (${reason}); no other worker will serve it`))
manager.on('conflict', ({ names }) => news(`merged two changes of ${names.join(', ')}`))
manager.on('lateWrite', ({ names }) => news(`dropped a change of ${names.join(', ')}: its session had ended`))
manager.on('storeAvailable', () => tell({ kind: 'ready', isReady: true }))
manager.on('storeUnavailable', () => tell({ kind: 'ready', isReady: false }))

const app = express()
app.use(express.json(), sessions)

app.get('/api/you', (req, res) => {
  const { user, cart } = req.session
  const parts = cookieParts(req.headers.cookie)
  res.set('Cache-Control', 'no-store').json({ worker: name, user, cart: cart ?? {}, isNew: req.session.isNew, parts })
})
app.post('/api/cart', async (req, res) => {
  const item = GOODS.includes(req.body?.item) ? String(req.body.item) : 'apples'
  const cart = await req.session.update((data) => (data.cart = { ...data.cart, [item]: (data.cart?.[item] ?? 0) + 1 }))
  res.json({ worker: name, cart })
})
app.post('/api/login', async (req, res) => {
  const user = String(req.body?.user ?? '').slice(0, 40) || 'ann'
  await req.session.signIn(user)
  req.session.user = user
  res.sendStatus(204)
})
app.post('/api/logout', async (req, res) => {
  await req.session.signOut()
  res.sendStatus(204)
})

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) tell({ kind: 'listening', port: address.port })
})

process.once('SIGTERM', stop)
// The demo is gone, or went while this process began.
process.once('disconnect', stop)
if (!process.connected) stop()

function stop(): void {
  manager.drain()
  server.closeAllConnections()
  server.close(() => void manager.close().then(() => process.exit()))
}

function noteMember(message: string): void {
  const [, address, pid] = STARTED.exec(message) ?? []
  if (address !== undefined) tell({ kind: 'member', address, pid: Number(pid) })
}

function news(text: string): void {
  tell({ kind: 'news', text })
}

function tell(message: WorkerMessage): void {
  if (process.connected) process.send?.(message)
}

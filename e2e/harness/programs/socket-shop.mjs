// Log-in, log-out and a WebSocket, on Express or Fastify: what the guide on WebSockets shows.
import { createServer } from 'node:http'
import { hazelcastSession as forExpress } from '@hazelcast-session/express'
import { hazelcastSession as forFastify } from '@hazelcast-session/fastify'
import express from 'express'
import fastify from 'fastify'
import { WebSocketServer } from 'ws'

/** @typedef {import('@hazelcast-session/express').HazelcastSessions} ExpressSessions */
/** @typedef {import('@hazelcast-session/fastify').HazelcastSessions} FastifySessions */

const OPTIONS = { saveUninitialized: false, rolling: false }
const CHECK_PERIOD = Number(process.env['SHOP_CHECK_PERIOD'] ?? 30)

const sockets = new WebSocketServer({ noServer: true })

/**
 * @param {import('node:http').Server} server
 * @param {ExpressSessions | FastifySessions} sessions
 */
function openSockets(server, { upgrade }) {
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    /** @param {string} status */
    const refuse = (status) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    const greet = (/** @type {Awaited<ReturnType<typeof upgrade>>} */ session) => {
      if (!session?.principal) return refuse('401 Unauthorized')
      sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, session))
    }
    upgrade(request).then(greet, () => refuse('503 Service Unavailable'))
  })
}

/**
 * @param {import('ws').WebSocket} webSocket
 * @param {import('@hazelcast-session/core').SocketSession<object>} session
 */
function serve(webSocket, session) {
  session.bind(webSocket, { checkPeriod: CHECK_PERIOD })
  webSocket.on('error', () => {})
  webSocket.on('message', (/** @type {Buffer} */ data) => {
    void answer(session, data.toString())
      .catch(({ code }) => ({ code }))
      .then((message) => webSocket.send(JSON.stringify(message)))
  })
}

/**
 * @param {import('@hazelcast-session/core').SocketSession<object>} session
 * @param {string} message
 * @returns {Promise<unknown>}
 */
function answer(session, message) {
  if (message === 'quit') return session.end()
  if (message === 'read') return session.read()
  return session.update((attributes) => {
    const count = (Reflect.get(attributes, 'count') ?? 0) + 1
    Reflect.set(attributes, 'count', count)
    return { count }
  })
}

/** @returns {Promise<[import('node:http').Server, ExpressSessions]>} */
async function openExpress() {
  const sessions = forExpress({ ...OPTIONS, name: 'shop.sid' })
  const app = express().use(sessions, express.json())
  app.get('/api/session', (req, res) => void res.json({ user: Reflect.get(req.session, 'user') }))
  app.post('/api/login', async (req, res) => {
    await req.session.signIn(String(req.body.user))
    Reflect.set(req.session, 'user', req.body.user)
    res.sendStatus(204)
  })
  app.post('/api/logout', (req, res) => req.session.signOut().then(() => res.sendStatus(204)))
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return [server, sessions]
}

/** @returns {Promise<[import('node:http').Server, FastifySessions]>} */
async function openFastify() {
  const app = fastify()
  await app.register(forFastify, { ...OPTIONS, cookieName: 'shop.sid', cookie: { secure: 'auto' } })
  app.get('/api/session', async ({ session }) => ({ user: Reflect.get(session, 'user') }))
  app.post('/api/login', async ({ session, body }, reply) => {
    const user = String(Reflect.get(Object(body), 'user'))
    await session.signIn(user)
    Reflect.set(session, 'user', user)
    return reply.code(204).send()
  })
  app.post('/api/logout', async ({ session }, reply) => {
    await session.signOut()
    return reply.code(204).send()
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return [app.server, app.sessions]
}

const [server, sessions] = await (process.argv[2] === 'fastify' ? openFastify() : openExpress())
openSockets(server, sessions)
const address = server.address()
if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`)
process.once('SIGTERM', () => void sessions.manager.close().then(() => server.close()))

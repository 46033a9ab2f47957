import { setTimeout as pause } from 'node:timers/promises'
import formBody from '@fastify/formbody'
import { increment, isAttributeName, page, putIntoCart } from '@hazelcast-session/shop'
import type { FastifyInstance } from 'fastify'
import type { Door, OpenDoor } from './door.ts'
import './session-data.ts'

interface Named {
  readonly Params: { readonly name: string }
  readonly Querystring: { readonly delay?: string }
}

interface Form {
  readonly Body: { readonly user?: unknown; readonly item?: unknown }
}

/** The shop: a page, and the JSON routes that tests and benchmarks use. */
export async function shop(app: FastifyInstance, openDoor: OpenDoor): Promise<Door> {
  app.get('/api/none', async (_request, reply) => reply.code(204).send())
  let opened: Door | undefined
  await app.register(async (sessions) => {
    await sessions.register(formBody)
    const door = await openDoor(sessions)
    addPage(sessions, door)
    addApi(sessions, door)
    await sessions.register(async (named) => addAttributes(named, door))
    opened = door
  })
  if (!opened) throw new Error('The shop has no sessions.')
  return opened
}

function addPage(app: FastifyInstance, door: Door): void {
  app.get('/', async ({ session }, reply) => {
    // Who goes back after a log-out shall not see what was there before.
    return reply
      .header('cache-control', 'no-store')
      .type('text/html')
      .send(page({ worker: door.worker, user: session.user, cart: session.cart ?? {} }))
  })
  app.post<Form>('/login', async (request, reply) => {
    await door.signIn(request, String(request.body.user))
    return reply.redirect('/', 303)
  })
  app.post('/logout', async (request, reply) => {
    await door.signOut(request, reply)
    return reply.redirect('/', 303)
  })
  app.post<Form>('/cart', async (request, reply) => {
    await door.update(request, (data) => putIntoCart(data, String(request.body.item)))
    return reply.redirect('/', 303)
  })
}

function addApi(app: FastifyInstance, door: Door): void {
  app.get('/api/session', async (request) => {
    const isNew = door.isNew(request)
    const { cookie: _, ...attributes } = request.session
    return { isNew, id: isNew ? null : idOf(request.session.sessionId), worker: door.worker, attributes }
  })
  app.post<Form>('/api/login', async (request, reply) => {
    await door.signIn(request, String(request.body.user))
    return reply.code(204).send()
  })
  app.post('/api/logout', async (request, reply) => {
    await door.signOut(request, reply)
    return reply.code(204).send()
  })
}

function addAttributes(app: FastifyInstance, door: Door): void {
  app.addHook<Named>('preHandler', async ({ params }, reply) => {
    if (!isAttributeName(params.name)) return reply.code(400).send()
  })
  app.put<Named>('/api/attributes/:name', async ({ session, params, query, body }, reply) => {
    session[params.name] = body
    await pause(Number(query.delay ?? 0))
    return reply.code(204).send()
  })
  app.delete<Named>('/api/attributes/:name', async ({ session, params }, reply) => {
    delete session[params.name]
    return reply.code(204).send()
  })
  app.post<Named>('/api/increment/:name', async (request) => ({
    value: await door.update(request, (data) => increment(data, request.params.name)),
  }))
  app.post<Named>('/api/redirect/:name', async ({ session, params, body }, reply) => {
    session[params.name] = body
    return reply.redirect('/api/session', 303)
  })
}

/** Behind the store's door an id may have the name of a worker behind it, which the other door gave out. */
function idOf(sessionId: string): string {
  const [id = ''] = sessionId.split('.')
  return id
}

import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { HazelcastStore, hazelcastSession } from '@hazelcast-session/fastify'
import type { HazelcastSessionOptions } from '@hazelcast-session/fastify'
import fastify from 'fastify'

declare module 'fastify' {
  interface Session {
    visits?: number
  }
}

const secret = 'at least 32 characters of a secret'
export const options: HazelcastSessionOptions = { secret, sticky: false, cookie: { secure: 'auto' } }

export const app = fastify()
await app.register(cookie)
await app.register(hazelcastSession, options)
app.sessions.manager.on('destroyed', ({ reason }) => console.log(reason))
app.get('/health', app.sessions.health)
app.post('/visit', async (request) => {
  const visits: number = await request.session.update((data) => (data.visits = (data.visits ?? 0) + 1))
  // @ts-expect-error -- it is a number
  request.session.visits = 'one'
  // @ts-expect-error -- it is called `signIn`
  await request.session.login('ann')
  await request.session.signIn('ann')
  return { visits }
})

export const store = new HazelcastStore({ manager: app.sessions.manager })
export const behind = fastify()
await behind.register(cookie)
await behind.register(fastifySession, { store, secret })
export const ids: Promise<string[]> = store.ids()
// @ts-expect-error -- it is called `clusterMembers`
export const misspelled: HazelcastSessionOptions = { clusterMember: ['hz:5701'] }

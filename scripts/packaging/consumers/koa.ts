import { HazelcastStore, hazelcastSession } from '@hazelcast-session/koa'
import type { HazelcastSessionOptions } from '@hazelcast-session/koa'
import Koa from 'koa'
import session from 'koa-session'

declare module '@hazelcast-session/koa' {
  interface SessionData {
    visits: number
  }
}

const secret = 'at least 32 characters of a secret'
export const options: HazelcastSessionOptions = { secret, sticky: false, maxAge: 'session' }
export const sessions = hazelcastSession(options)
sessions.manager.on('destroyed', ({ reason }) => console.log(reason))

export const app = new Koa()
app.use((ctx, next) => (ctx.path === '/health' ? sessions.health(ctx, next) : next()))
app.use(sessions)
app.use(async (ctx) => {
  const visits: number = await ctx.session.update((data) => (data.visits = (data.visits ?? 0) + 1))
  // @ts-expect-error -- it is a number
  ctx.session.visits = 'one'
  // @ts-expect-error -- it is called `signIn`
  await ctx.session.login('ann')
  await ctx.session.signIn('ann')
  ctx.session = null
  ctx.body = { visits }
})

export const store = new HazelcastStore({ manager: sessions.manager })
export const behind = new Koa()
behind.use(session({ store, ...store.sharedCookie({ secret, key: 'sid' }) }, behind))
// @ts-expect-error -- it is called `clusterMembers`
export const misspelled: HazelcastSessionOptions = { clusterMember: ['hz:5701'] }

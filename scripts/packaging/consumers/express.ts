import { HazelcastStore, hazelcastSession } from '@hazelcast-session/express'
import type { HazelcastSessionOptions } from '@hazelcast-session/express'
import express from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    visits: number
  }
}

const secret = 'at least 32 characters of a secret'
export const options: HazelcastSessionOptions = { secret, sticky: false, cookie: { maxAge: 60_000 } }
export const sessions = hazelcastSession(options)
sessions.manager.on('destroyed', ({ reason }) => console.log(reason))

export const app = express()
app.get('/health', sessions.health)
app.use(sessions)
app.post('/visit', async (req, res) => {
  const visits: number = await req.session.update((data) => (data.visits = (data.visits ?? 0) + 1))
  // @ts-expect-error -- it is a number
  req.session.visits = 'one'
  // @ts-expect-error -- it is called `signIn`
  await req.session.login('ann')
  await req.session.signIn('ann')
  res.json(visits)
})

export const store = new HazelcastStore({ manager: sessions.manager })
export const behind = express().use(session({ store, secret, resave: false, saveUninitialized: false }))
export const ids: Promise<string[]> = store.ids()
// @ts-expect-error -- it is called `clusterMembers`
export const misspelled: HazelcastSessionOptions = { clusterMember: ['hz:5701'] }

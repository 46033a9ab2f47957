import { createSessions } from '@hazelcast-session/next'
import type { Session, SessionsOptions } from '@hazelcast-session/next'
import { withSessionsConfig } from '@hazelcast-session/next/config'

interface Data {
  visits: number
}

const secret = 'at least 32 characters of a secret'
export const options: SessionsOptions = { secret, sticky: false, cookie: { sameSite: 'strict' } }
export const sessions = createSessions<Data>(options)
export const { getSession, withSession, withSessionApi, withSessionProps, sessionProxy, connect } = sessions

export const visit = withSession(async (session: Session<Data>, by: number) => {
  const visits: number = await session.update((data) => (data.visits = (data.visits ?? 0) + by))
  // @ts-expect-error -- it is a number
  session.visits = 'one'
  // @ts-expect-error -- it is called `signIn`
  await session.login('ann')
  await session.signIn('ann')
  return visits
})
export const visited: Promise<number> = visit(1)
export const api = withSessionApi<number>((req, res) => res.json(req.session.visits ?? 0))
export const getServerSideProps = withSessionProps(async (_context, session) => ({ props: { visits: session.visits } }))
export const proxy = sessionProxy()
export const config = withSessionsConfig({ output: 'standalone' })
// @ts-expect-error -- it is called `clusterMembers`
export const misspelled: SessionsOptions = { clusterMember: ['hz:5701'] }

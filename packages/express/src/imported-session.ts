import { promisify } from 'node:util'
import type { Session, SessionManager } from '@hazelcast-session/core'
import type { SessionData } from 'express-session'
import { PLAIN_COOKIE, noteCookie } from './cookie-settings.ts'
import { takeAttributes } from './session-attributes.ts'
import type { ImportStore } from './middleware-options.ts'

/**
 * Moves a session from the store of before into the cluster, under the same id. It is taken away there, so that a log-out
 * here is not undone by finding it again. `undefined`: it is not there either.
 */
export async function importedSession(
  from: ImportStore,
  id: string,
  manager: SessionManager,
): Promise<Session | undefined> {
  const data = await promisify<string, SessionData | null | undefined>((sid, done) => from.get(sid, done))(id)
  if (!data) return undefined
  const session = manager.create({ id })
  takeAttributes(session, data)
  noteCookie(session, data.cookie, PLAIN_COOKIE, manager.maxInactiveInterval)
  await session.save()
  await promisify<string, void>((sid, done) => from.destroy(sid, done))(id)
  return session
}

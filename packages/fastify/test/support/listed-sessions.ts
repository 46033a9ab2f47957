import type { Session } from '@hazelcast-session/core'
import type { PluginWorker } from './plugin-worker.ts'

/** All sessions that are stored. */
export async function listed({ manager }: PluginWorker): Promise<Session[]> {
  const sessions: Session[] = []
  for await (const session of manager.sessions()) sessions.push(session)
  return sessions
}

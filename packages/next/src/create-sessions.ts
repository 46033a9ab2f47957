import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionAttributes } from '@hazelcast-session/core'
import { appSession, withAppSession } from './app-router.ts'
import { applicationSessions } from './application-registry.ts'
import type { ApplicationSessions } from './application-sessions.ts'
import { isBuild } from './build-phase.ts'
import { pagesSession, withApiSession, withPropsSession } from './pages-router.ts'
import { runProxy } from './run-proxy.ts'
import type { Sessions } from './sessions.ts'
import { readOptions } from './sessions-options.ts'
import type { SessionsOptions } from './sessions-options.ts'
import { typedSession } from './typed-session.ts'

/** Ms that a server waits for its cluster before it starts without. */
const PATIENCE = 3000

/**
 * The sessions of an application, kept in a Hazelcast map. Call it in one module and import that everywhere. It connects with
 * the first request, never in `next build`, and once in a process however often Next.js loads the module.
 *
 * Throws `INVALID_OPTION` with everything that is wrong with the options; in `next build` that waits for the start.
 */
export function createSessions<Data extends object = SessionAttributes>(options: SessionsOptions = {}): Sessions<Data> {
  if (!isBuild()) readOptions(options)
  const application = (): ApplicationSessions => applicationSessions(options)
  return {
    getSession: (req?: IncomingMessage, res?: ServerResponse) =>
      req && res ? pagesSession(application, req, res) : appSession(application),
    withSession: (change) => withAppSession(application, change),
    withSessionApi: (handler) => withApiSession(application, handler),
    withSessionProps: (getProps) => withPropsSession(application, getProps),
    sessionProxy: (callback) => (req, event) => {
      const request = application().proxyRequest(req.headers)
      return runProxy(req, request, callback && ((session) => callback(req, typedSession(session), event)))
    },
    connect: async (timeout = PATIENCE) => {
      const { manager } = application()
      await manager.ready(timeout).catch(() => {})
      return manager
    },
  }
}

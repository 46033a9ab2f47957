import 'koa'
import type { ContextSession } from './context-session.ts'
import type { RequestOptions } from './request-options.ts'
import type { StoredData } from './session-data.ts'

declare module 'koa' {
  interface BaseContext {
    /** The request's session. Assign an object to replace all that is in it, null to end it. */
    get session(): ContextSession
    set session(value: ContextSession | StoredData | null)
    /** The options of this request's session: `maxAge` may be its own. */
    readonly sessionOptions: RequestOptions
  }
}

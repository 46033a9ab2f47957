export { createSessions } from './create-sessions.ts'
export type { ApiHandler, ApiRequest, PropsFunction, ProxyCallback, Sessions } from './sessions.ts'
export type { Session, SessionMethods } from './session.ts'
export type { CookieOptions, SessionsOptions } from './sessions-options.ts'

/**
 * What adapters are made of. For authors of adapters; applications want `@hazelcast-session/core`, or better an adapter.
 * @module
 */
export { HeldResponse } from './http/held-response.ts'
export type { ResponseGate } from './http/held-response.ts'
export type { HttpExchange } from './http/http-exchange.ts'
export { RequestSession } from './http/request-session.ts'
export type { RequestSessionConfig } from './http/request-session.ts'
export { setCookieHeader } from './http/response-cookie.ts'
export type { CookieFlags, ResponseCookie } from './http/response-cookie.ts'
export { SessionCookie } from './http/session-cookie.ts'
export { httpOptions } from './options/http-options.ts'
export type { HttpOptions, Secret } from './options/http-options.ts'
export { resolveOptions } from './options/resolve-options.ts'
export type { OptionsExtension } from './options/resolve-options.ts'
export type { PendingChanges } from './session.ts'

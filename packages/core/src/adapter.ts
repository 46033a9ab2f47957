/**
 * What adapters are made of. For authors of adapters; applications want `@hazelcast-session/core`, or better an adapter.
 * @module
 */
export { cookieMaxAge, noteCookieLife } from './http/cookie-max-age.ts'
export type { HttpExchange } from './http/http-exchange.ts'
export { NodeSessionHost } from './http/node-session-host.ts'
export { setCookieHeader } from './http/response-cookie.ts'
export type { CookieFlags, ResponseCookie } from './http/response-cookie.ts'
export { SessionExchange } from './http/session-exchange.ts'
export type { SessionExchangeConfig } from './http/session-exchange.ts'
export type { SessionHost } from './http/session-host.ts'
export type { SessionSource } from './http/session-source.ts'
export { SessionCookie } from './http/session-cookie.ts'
export { httpOptions } from './options/http-options.ts'
export type { HttpOptions, Secret } from './options/http-options.ts'
export { resolveOptions } from './options/resolve-options.ts'
export type { OptionsExtension } from './options/resolve-options.ts'
export { settle, tell } from './store-door/settle.ts'
export type { Callback } from './store-door/settle.ts'
export { StoreDoor } from './store-door/store-door.ts'
export type { StoreDoorOptions } from './store-door/store-door.ts'
export type { PendingChanges } from './session.ts'
export type { SessionAttributes } from './attribute-view.ts'

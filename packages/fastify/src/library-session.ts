import type * as Fastify from 'fastify'
import type { FastifySessionObject } from '@fastify/session'

/** What an application declares in Fastify's `Session`, as it may be stored: nothing has to be there; `cookie` is not. */
export type StoredData = {
  // Unlike `Omit`, this keeps the names that are declared beside an index signature.
  [Name in keyof Fastify.Session as Name extends 'cookie' ? never : Name]?: Fastify.Session[Name]
}

/** Whether the library made this object: it has a session's methods, which no copy of its fields has. */
export function isLibrarySession(value: object): value is FastifySessionObject {
  return ['isSaved', 'isModified', 'regenerate'].every((name) => typeof Reflect.get(value, name) === 'function')
}

/**
 * Makes the request that this session belongs to have none. The library keeps the request with its session, under a symbol
 * that it does not export.
 */
export function leaveRequest(session: object): void {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'request')
  const request: unknown = key && Reflect.get(session, key)
  // After `regenerate` the request has another session, which goes on.
  if (typeof request !== 'object' || request === null || Reflect.get(request, 'session') !== session) return
  Reflect.set(request, 'session', null)
}

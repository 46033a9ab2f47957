import type { FastifySessionObject } from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import { FastifyExchange } from './fastify-exchange.ts'
import type { HazelcastStore } from './hazelcast-store.ts'

/** Where a request keeps its exchange: not a name, so that no application meets it. */
const EXCHANGE: unique symbol = Symbol('hazelcastSession')

/** Gives the requests of `app` their `session` and `sessionStore`. */
export function decorateRequests(app: FastifyInstance, store: HazelcastStore): void {
  app.decorateRequest(EXCHANGE, null, [])
  app.decorateRequest('sessionStore', { getter: () => store })
  app.decorateRequest('session', {
    getter() {
      // The library's types have a session on every request, also on those that come outside of its cookie's path.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return exchangeOf(this)?.session as FastifySessionObject
    },
    setter(value: unknown) {
      const exchange = exchangeOf(this)
      if (exchange) exchange.session = value
    },
  })
}

/** Makes this exchange's session the one of the request. */
export function showOn(request: object, exchange: FastifyExchange): void {
  if (EXCHANGE in request) {
    request[EXCHANGE] = exchange
    return
  }
  // No request of Fastify's.
  Object.defineProperty(request, 'session', {
    get: () => exchange.session,
    set: (value: unknown) => {
      exchange.session = value
    },
    enumerable: true,
    configurable: true,
  })
}

/** The exchange of this request, if it has one. */
export function exchangeOf(request: object): FastifyExchange | undefined {
  const found: unknown = EXCHANGE in request ? request[EXCHANGE] : undefined
  return found instanceof FastifyExchange ? found : undefined
}

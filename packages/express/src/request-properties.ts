import { HiddenValue } from '@hazelcast-session/core/adapter'
import type { ExpressExchange } from './express-exchange.ts'
import type { HazelcastStore } from './hazelcast-store.ts'
import type { Request } from './middleware-options.ts'

/** Where a request keeps its exchange: not a name, so that no application meets it. */
const EXCHANGE: unique symbol = Symbol('hazelcastSession')

type Shown = Request & { [EXCHANGE]?: ExpressExchange }

/** `req.session` and `req.sessionID`, of whatever request they are read. */
const PROPERTIES: PropertyDescriptorMap & ThisType<Shown> = {
  session: {
    get() {
      return this[EXCHANGE]?.session
    },
    set(value: unknown) {
      if (this[EXCHANGE]) this[EXCHANGE].session = value
    },
    enumerable: true,
    configurable: true,
  },
  sessionID: {
    get() {
      return this[EXCHANGE]?.sessionId
    },
    // The library's is a value "read-only": there nothing good comes of assigning it either.
    set() {},
    enumerable: true,
    configurable: true,
  },
}

/** Gives the request its `session`, `sessionID` and `sessionStore`. */
export function showOn(req: Shown, exchange: ExpressExchange, store: HazelcastStore): void {
  Object.defineProperty(req, EXCHANGE, new HiddenValue(exchange))
  Object.defineProperties(req, PROPERTIES)
  Object.assign(req, { sessionStore: store })
}

/** The exchange of this very request; not of one that it was made from. */
export function exchangeOf(req: Shown): ExpressExchange | undefined {
  return Object.hasOwn(req, EXCHANGE) ? req[EXCHANGE] : undefined
}

/** Whether the request has a session, or had one: ours, or another middleware's. Loads nothing. */
export function hasSession(req: Shown): boolean {
  return EXCHANGE in req || Boolean(Reflect.get(req, 'session'))
}

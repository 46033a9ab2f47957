import { SessionManager } from '@hazelcast-session/core'
import { SessionCookie, resolveOptions } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import './augment.ts'
import { ExpressExchange } from './express-exchange.ts'
import type { ExpressExchangeConfig } from './express-exchange.ts'
import { HazelcastStore } from './hazelcast-store.ts'
import { middlewareOptions } from './middleware-options.ts'
import type { HazelcastSessionOptions, MiddlewareOptions, Request } from './middleware-options.ts'

type Handler = ReturnType<typeof session>

/** The middleware, and what belongs to it. */
export interface HazelcastSessions extends Handler {
  /** Events, readiness, drain and close. */
  readonly manager: SessionManager
  /** Answers 200, and 503 while the manager drains: for the load balancer's health check. */
  readonly health: Handler
}

/**
 * Sessions for Express, in place of express-session: its options, its `req.session` and its cookie, kept in a Hazelcast
 * map, with all promises: a response waits until what the request changed is stored.
 *
 * Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background.
 */
export function hazelcastSession(given: HazelcastSessionOptions = {}): HazelcastSessions {
  const extension = middlewareOptions(process.env)
  const options = resolveOptions(given, process.env, extension)
  const manager = new SessionManager(managerOptions(given, Object.keys(extension.fields)))
  const cookie = new SessionCookie(options.name, options.secret)
  const config: ExpressExchangeConfig = {
    manager,
    options,
    requests: { manager, cookie, routeCookie: options.routeCookie },
  }
  const store = new HazelcastStore({ manager })
  const health: Handler = (_req, res) => void res.sendStatus(manager.isDraining ? 503 : 200)
  return Object.assign(middleware(config, options, store), { manager, health })
}

function middleware(config: ExpressExchangeConfig, options: MiddlewareOptions, store: HazelcastStore): Handler {
  return (req, res, next) => {
    if ('session' in req || !isInPath(req, options) || options.skip?.(req) === true) return next()
    const exchange = new ExpressExchange(config, req, res, next)
    Object.defineProperties(req, {
      session: property(
        () => exchange.session,
        (value) => (exchange.session = value),
      ),
      sessionID: property(() => exchange.sessionId),
      sessionStore: { value: store, writable: true, enumerable: true, configurable: true },
    })
    const opening = exchange.open()
    if (!opening) return next()
    // oxlint-disable-next-line promise/no-callback-in-promise -- Express hears of it in no other way
    opening.then(() => next(), next)
  }
}

function property<T>(get: () => T, set: (value: T) => void = () => {}): PropertyDescriptor {
  return { get, set, enumerable: true, configurable: true }
}

/** Whether the cookie would come with this request: its path is a prefix of the request's. */
function isInPath(req: Request, { cookie }: MiddlewareOptions): boolean {
  const { path = '/' } = typeof cookie === 'function' ? cookie(req) : cookie
  const [pathname = '/'] = req.originalUrl.split('?')
  return pathname.startsWith(path)
}

/** What was given, without what the manager does not know. */
function managerOptions(given: object, ours: readonly string[]): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !ours.includes(name)))
}

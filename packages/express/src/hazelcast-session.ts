import { SessionManager } from '@hazelcast-session/core'
import type { SocketSession, UpgradeRequest } from '@hazelcast-session/core'
import { SessionCookie, SessionImport, adapterOptions, openSocketSession } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import './augment.ts'
import { keepInDictionaries } from './dictionary-mode.ts'
import { ExpressExchange } from './express-exchange.ts'
import type { ExpressExchangeConfig } from './express-exchange.ts'
import { formerStore } from './former-store.ts'
import { cookieName, middlewareOptions } from './middleware-options.ts'
import type { HazelcastSessionOptions } from './middleware-options.ts'
import { pathName } from './path-name.ts'
import { hasSession, showOn } from './request-properties.ts'
import { RequestStore } from './request-store.ts'
import { cookieOptions } from './surface-cookie.ts'

type Handler = ReturnType<typeof session>

/** The middleware, and what belongs to it. */
export interface HazelcastSessions extends Handler {
  /** Events, readiness, drain and close. */
  readonly manager: SessionManager
  /** Answers 200, and 503 while the manager drains: for the load balancer's health check. */
  readonly health: Handler
  /**
   * The session that the request for a WebSocket shows. `undefined`: it shows none, a forged one, or one that has ended. Rejects
   * with `STORE_UNAVAILABLE` when that cannot be found out now. Writes no answer and no cookie: both are the application's.
   */
  readonly upgrade: (request: UpgradeRequest) => Promise<SocketSession<session.SessionData> | undefined>
}

/**
 * Sessions for Express, in place of express-session: its options, its `req.session` and its cookie, kept in a Hazelcast
 * map, with all promises: a response waits until what the request changed is stored.
 *
 * Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background.
 */
export function hazelcastSession(given: HazelcastSessionOptions = {}): HazelcastSessions {
  const { options, managerOptions, isIntervalGiven } = adapterOptions(
    given,
    process.env,
    middlewareOptions(process.env),
  )
  const manager = new SessionManager(managerOptions)
  const { maxAge = null } = typeof options.cookie === 'function' ? {} : options.cookie
  const importing = { manager, timeout: options.operationTimeout, usualMaxAge: maxAge, isIntervalGiven }
  const config: ExpressExchangeConfig = {
    options,
    manager,
    cookie: new SessionCookie(cookieName(options), options.secret),
    routeCookie: options.routeCookie,
    rolling: options.rolling,
    saveUninitialized: options.saveUninitialized,
    unset: options.unset,
    store: new RequestStore(manager, options),
    isIntervalGiven,
    imports: options.importFrom && new SessionImport(formerStore(options.importFrom), importing),
  }
  const health: Handler = (_req, res) => void res.sendStatus(manager.isDraining ? 503 : 200)
  const upgrade: HazelcastSessions['upgrade'] = (request) => openSocketSession(config, request)
  return Object.assign(middleware(config), { manager, health, upgrade })
}

function middleware(config: ExpressExchangeConfig): Handler {
  const { options, store } = config
  return (req, res, next) => {
    if (hasSession(req) || options.skip?.(req)) return next()
    const cookie = cookieOptions(options, req)
    // Browsers send the cookie to paths below its own.
    if (!pathName(req).startsWith(cookie.path ?? '/')) return next()
    keepInDictionaries(req, res)
    const exchange = new ExpressExchange(config, req, res, cookie, next)
    showOn(req, exchange, store)
    const opening = exchange.open()
    if (!opening) return next()
    // oxlint-disable-next-line promise/no-callback-in-promise -- Express hears of it in no other way
    opening.then(() => next(), next)
  }
}

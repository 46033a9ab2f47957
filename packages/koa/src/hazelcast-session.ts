import { SessionManager } from '@hazelcast-session/core'
import type { SocketSession, UpgradeRequest } from '@hazelcast-session/core'
import { SessionCookie, SessionImport, adapterOptions, openSocketSession } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import './augment.ts'
import { hasSession, showOn } from './context-properties.ts'
import { CookieRenewals } from './cookie-renewals.ts'
import { withDefaultInterval } from './default-interval.ts'
import { formerStore } from './former-store.ts'
import { KoaExchange } from './koa-exchange.ts'
import type { KoaExchangeConfig } from './koa-exchange.ts'
import { ONE_DAY } from './library-session.ts'
import { cookieName, middlewareOptions } from './middleware-options.ts'
import type { HazelcastSessionOptions } from './middleware-options.ts'
import { requestOptions } from './request-options.ts'
import type { SessionData } from './session-data.ts'

/** The middleware, and what belongs to it. */
export interface HazelcastSessions extends Koa.Middleware {
  /** Events, readiness, drain and close. */
  readonly manager: SessionManager
  /** Answers 200, and 503 while the manager drains: for the load balancer's health check. */
  readonly health: Koa.Middleware
  /**
   * The session that the request for a WebSocket shows. `undefined`: it shows none, a forged one, or one that has ended. Rejects
   * with `STORE_UNAVAILABLE` when that cannot be found out now. Writes no answer and no cookie: both are the application's.
   */
  readonly upgrade: (request: UpgradeRequest) => Promise<SocketSession<SessionData> | undefined>
}

/**
 * Sessions for Koa, in place of koa-session with a store: its options and its `ctx.session`, kept in a Hazelcast map, with all
 * promises. Throws `INVALID_OPTION` with everything that is wrong with the options. Connects in the background.
 */
export function hazelcastSession(given: HazelcastSessionOptions = {}): HazelcastSessions {
  const { options, managerOptions, isIntervalGiven } = adapterOptions(
    given,
    process.env,
    middlewareOptions(process.env),
  )
  const usual = requestOptions(options, isIntervalGiven)
  const lasting = usual.maxAge === 'session' ? ONE_DAY : usual.maxAge
  const manager = new SessionManager(withDefaultInterval(managerOptions, process.env, lasting / 1000))
  const usualMaxAge = usual.maxAge === 'session' ? null : usual.maxAge
  const importing = { manager, timeout: options.operationTimeout, usualMaxAge, isIntervalGiven }
  const config: KoaExchangeConfig = {
    options,
    usual,
    isIntervalGiven,
    renewals: new CookieRenewals(),
    manager,
    cookie: new SessionCookie(cookieName(options), options.secret),
    routeCookie: options.routeCookie,
    // `KoaExchange` says when: without `autoCommit`, not with every answer.
    rolling: false,
    saveUninitialized: false,
    unset: 'destroy',
    imports: options.importFrom && new SessionImport(formerStore(options.importFrom, lasting), importing),
  }
  const health: Koa.Middleware = (ctx) => {
    ctx.status = manager.isDraining ? 503 : 200
    ctx.body = manager.isDraining ? 'draining' : 'ok'
  }
  const upgrade: HazelcastSessions['upgrade'] = (request) => openSocketSession(config, request)
  return Object.assign(middleware(config), { manager, health, upgrade })
}

function middleware(config: KoaExchangeConfig): Koa.Middleware {
  const { options } = config
  return async (ctx, next) => {
    if (hasSession(ctx) || options.skip?.(ctx)) return next()
    const exchange = new KoaExchange(config, ctx)
    showOn(ctx, exchange)
    await exchange.open()
    await next()
    await exchange.handled()
  }
}

import { SessionManager } from '@hazelcast-session/core'
import type { SocketSession, UpgradeRequest } from '@hazelcast-session/core'
import { SessionCookie, SessionImport, adapterOptions, openSocketSession } from '@hazelcast-session/core/adapter'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import './augment.ts'
import { covers } from './cookie-path.ts'
import type { StoredData } from './library-session.ts'
import { decryptSession } from './decrypt-session.ts'
import { formerStore } from './former-store.ts'
import { FastifyExchange } from './fastify-exchange.ts'
import type { FastifyExchangeConfig } from './fastify-exchange.ts'
import { nameOf, pluginOptions } from './plugin-options.ts'
import type { HazelcastSessionOptions } from './plugin-options.ts'
import { decorateRequests, exchangeOf, showOn } from './request-properties.ts'
import { RequestStore } from './request-store.ts'

/** A reply of Fastify's, whatever server the application has. */
interface HealthReply {
  code(status: number): { send(): unknown }
}

/** `app.sessions`. */
export interface HazelcastSessions {
  /** Events, readiness, drain and close. */
  readonly manager: SessionManager
  /**
   * Answers 200, and 503 while the manager drains: for the load balancer's health check. No session begins with it, or is
   * saved, and it does not ask whether the cluster is there.
   */
  readonly health: <Reply extends HealthReply>(request: object, reply: Reply) => Reply
  /**
   * The session that the request for a WebSocket shows. `undefined`: it shows none, a forged one, or one that has ended. Rejects
   * with `STORE_UNAVAILABLE` when that cannot be found out now. Writes no answer and no cookie: both are the application's.
   */
  readonly upgrade: (request: UpgradeRequest) => Promise<SocketSession<StoredData> | undefined>
}

/** What `register` itself takes beside a plugin's options. */
const OF_REGISTER: ReadonlySet<string> = new Set(['prefix', 'logLevel', 'logSerializers'])

const INSECURE =
  'No browser hears of a session that began now: its cookie is `secure`, and the request came over http. It is stored only ' +
  'where the application says so (`save`, `update`, `signIn`, `changeId`, `regenerate`). Where TLS ends at a proxy, ' +
  "give Fastify `trustProxy`; for http, `cookie: { secure: 'auto' }`. (Said once.)"

const plugin: FastifyPluginAsync<HazelcastSessionOptions> = async (app, registered) => {
  const given = Object.fromEntries(Object.entries(registered).filter(([name]) => !OF_REGISTER.has(name)))
  const config = configOf(given, app)
  const { manager, store } = config
  app.decorate('sessions', {
    manager,
    upgrade: (request) => openSocketSession(config, request),
    health: (request, reply) => {
      exchangeOf(request)?.leave()
      reply.code(manager.isDraining ? 503 : 200).send()
      return reply
    },
  })
  app.decorate('decryptSession', decryptSession(config))
  decorateRequests(app, store)
  app.addHook('onRequest', opened(config))
  app.addHook('preClose', async () => manager.drain())
  app.addHook('onClose', async () => manager.close())
  // For plugins that depend on the library: here is what they need of it.
  await app.register(fp(async () => {}, { fastify: '5.x', name: '@fastify/session' }))
}

/**
 * Sessions for Fastify, in place of @fastify/session: its options, its `request.session` and its cookie, kept in a
 * Hazelcast map, with all promises: a response waits until what the request changed is stored.
 *
 * `await app.register(hazelcastSession, options)` rejects with `INVALID_OPTION` and everything that is wrong with the
 * options. Connects in the background. `app.close()` disconnects.
 */
export const hazelcastSession: FastifyPluginAsync<HazelcastSessionOptions> = fp(plugin, {
  fastify: '5.x',
  name: '@hazelcast-session/fastify',
})

function configOf(given: object, app: FastifyInstance): FastifyExchangeConfig {
  const { options, managerOptions, isIntervalGiven } = adapterOptions(given, process.env, pluginOptions(process.env))
  const manager = new SessionManager(managerOptions)
  const { maxAge = null } = options.cookie
  const importing = { manager, timeout: options.operationTimeout, usualMaxAge: maxAge, isIntervalGiven }
  let isNoted = false
  return {
    options,
    manager,
    cookie: new SessionCookie(nameOf(options), options.secret, { prefix: options.cookiePrefix }),
    routeCookie: options.routeCookie,
    rolling: options.rolling,
    saveUninitialized: options.saveUninitialized,
    unset: 'keep',
    store: new RequestStore(manager),
    isIntervalGiven,
    imports: options.importFrom && new SessionImport(formerStore(options.importFrom), importing),
    noteInsecure: () => {
      if (!isNoted) app.log.warn(INSECURE)
      isNoted = true
    },
  }
}

type Opened = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

/** Loads the session of each request that may have one. */
function opened(config: FastifyExchangeConfig): Opened {
  const { skip, cookie } = config.options
  const path = cookie.path ?? '/'
  return (request, reply, done) => {
    if (skip?.(request) || !covers(path, request.raw.url ?? '/')) return done()
    const exchange = new FastifyExchange(config, {
      request,
      reply,
      cookieHeader: request.headers.cookie,
      terms: cookie,
    })
    showOn(request, exchange)
    const opening = exchange.open()
    if (!opening) return done()
    // oxlint-disable-next-line promise/no-callback-in-promise -- Fastify does the same with a promise, later
    opening.then(() => done(), done)
  }
}

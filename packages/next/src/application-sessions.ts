import type { IncomingMessage, ServerResponse } from 'node:http'
import { SessionManager } from '@hazelcast-session/core'
import { SessionCookie } from '@hazelcast-session/core/adapter'
import { AppRequest } from './app-request.ts'
import { PagesRequest } from './pages-request.ts'
import { ProxyRequest } from './proxy-request.ts'
import type { SessionsConfig } from './sessions-config.ts'
import { readOptions } from './sessions-options.ts'
import type { SessionsOptions } from './sessions-options.ts'

/**
 * The sessions of one application in one process, with their one connection: Next.js makes a copy of every module for each
 * kind of code, and of edited ones a new copy, but all of them meet here.
 */
export class ApplicationSessions {
  readonly manager: SessionManager
  readonly #config: SessionsConfig
  readonly #appRequests = new WeakMap<object, AppRequest>()
  readonly #pagesRequests = new WeakMap<object, PagesRequest>()

  constructor(given: SessionsOptions) {
    const { options, managerOptions, isIntervalGiven } = readOptions(given)
    this.manager = new SessionManager(managerOptions)
    this.#config = {
      manager: this.manager,
      cookie: new SessionCookie(options.cookie.name, options.secret),
      cookieOptions: options.cookie,
      isIntervalGiven,
      routeCookie: options.routeCookie,
      rolling: false,
      saveUninitialized: false,
      unset: 'keep',
      imports: undefined,
    }
  }

  /** `headers`: of the request under way, the same object for all of its code. */
  appRequest(headers: Headers): AppRequest {
    return known(this.#appRequests, headers, () => new AppRequest(this.#config, headers))
  }

  pagesRequest(req: IncomingMessage, res: ServerResponse): PagesRequest {
    return known(this.#pagesRequests, req, () => new PagesRequest(this.#config, req, res))
  }

  proxyRequest(headers: Headers): ProxyRequest {
    return new ProxyRequest(this.#config, headers)
  }
}

function known<Value>(values: WeakMap<object, Value>, key: object, make: () => Value): Value {
  const found = values.get(key)
  if (found) return found
  const made = make()
  values.set(key, made)
  return made
}

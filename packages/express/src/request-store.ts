import type { EndReason, Session, SessionManager } from '@hazelcast-session/core'
import { tell } from '@hazelcast-session/core/adapter'
import type { Callback } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import type { SessionData } from 'express-session'
import { HazelcastStore } from './hazelcast-store.ts'
import type { MiddlewareOptions, Request } from './middleware-options.ts'
import { exchangeOf } from './request-properties.ts'
import { surfaces } from './session-surface.ts'
import { cookieOptions, newCookie } from './surface-cookie.ts'

/** `req.sessionStore`: the store of the other door, for tools, which knows the session objects of this one. */
export class RequestStore extends HazelcastStore {
  constructor(manager: SessionManager, options: MiddlewareOptions) {
    super({ manager })
    this.generate = (req) => {
      const exchange = exchangeOf(req)
      if (exchange) return exchange.begin()
      // A stand-in that the store asks for its cookie.
      const cookie = newCookie(cookieOptions(options, req), req, options.proxy)
      Object.defineProperty(req, 'session', { value: { cookie }, configurable: true })
    }
  }

  /** Makes this session the one of the request, which is how tools change over to a session that they have found. */
  override createSession(req: Request, data: SessionData): session.Session & SessionData {
    const view = this.viewOf(data)
    const exchange = exchangeOf(req)
    return view && exchange ? exchange.change(view) : super.createSession(req, data)
  }

  /** As `req.session.regenerate` does, so that requests beside this one do not overwrite the new cookie. */
  override regenerate(req: Request, callback: Callback): void {
    const exchange = exchangeOf(req)
    if (exchange) tell(exchange.regenerate(), callback)
    else super.regenerate(req, callback)
  }

  /**
   * All requests share this store, so it does not know whose session `destroy` ends. As one that an administrator ended it
   * is followed by a new one at once; as a log-out's, the browser, whose cookie nobody cleared, would be refused for a while.
   */
  protected override get destroyReason(): EndReason {
    return 'revoked'
  }

  protected override shownAs(owner: object): Session | undefined {
    const shown = surfaces.find(owner)
    return shown?.owner.store === this ? shown.view : undefined
  }
}

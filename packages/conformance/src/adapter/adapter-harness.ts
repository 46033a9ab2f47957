import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { SessionManager, SessionManagerOptions } from '@hazelcast-session/core'

/** What every adapter of this project understands. */
export interface AdapterOptions extends SessionManagerOptions {
  readonly secret: string | readonly string[]
  readonly routeCookie?: boolean | undefined
  /** Seconds that the browser keeps the cookie; the harness spells it as the adapter does. */
  readonly cookieMaxAge?: number | undefined
}

/** One request as a case sees it, whatever the framework is. */
export interface Visit {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The JSON that came with the request, as an application reads it. */
  readonly body: () => Promise<unknown>
  /** The session as the application has it: attributes are its properties. Asking for it is using it. */
  readonly session: object
  /** The id without a worker's name. */
  readonly id: string | undefined
  readonly isNew: boolean
  readonly update: <R>(change: (data: Record<string, unknown>) => R) => Promise<R>
  readonly signIn: (principal: string) => Promise<void>
  readonly signOut: () => Promise<void>
  readonly changeId: () => Promise<void>
  /** Sets a cookie of the application's own, as the framework has it done. */
  readonly setCookie: (name: string, value: string) => void
  /** The response of node. Throws where the framework has none. */
  readonly res: ServerResponse
}

/** What the application makes of a request; the adapter's application answers so, as one does in its framework. */
export type VisitAnswer =
  | { readonly kind: 'json'; readonly value: unknown }
  /** No body. */
  | { readonly kind: 'empty'; readonly status: number }
  | { readonly kind: 'redirect'; readonly to: string }
  /** What becomes of an answer whose body fails is the framework's to say, or the application's where it does not. */
  | { readonly kind: 'stream'; readonly body: Readable }
  /** It answers at `res`, or has done so. */
  | { readonly kind: 'raw' }

/** An application. What it rejects with, it throws at the framework. */
export type VisitHandler = (visit: Visit) => Promise<VisitAnswer>

export interface AdapterWorker {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly manager: SessionManager
  /** Ends the server, and then the manager. */
  close(): Promise<void>
}

/** A framework with our sessions. */
export interface AdapterHarness {
  /**
   * Starts a server whose every request, whatever its method and path, is given to `handler`, behind the sessions of the
   * adapter with these options. Its errors are answered by the framework's own error handler.
   */
  serve(options: AdapterOptions, handler: VisitHandler): Promise<AdapterWorker>
}

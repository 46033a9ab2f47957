import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionManager } from '@hazelcast-session/core'
import type { GetServerSideProps, GetServerSidePropsContext, GetServerSidePropsResult } from 'next'
import type { NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import type { NextFetchEvent, NextRequest, NextResponse } from 'next/server.js'
import type { Session } from './session.ts'

/** A request of the Pages Router with its session. */
export type ApiRequest<Data> = NextApiRequest & { readonly session: Session<Data> }

/** What the application's own proxy answers: nothing, or as `proxy.ts` may. */
export type ProxyCallback<Data> = (
  req: NextRequest,
  session: Session<Data>,
  event: NextFetchEvent,
) => Response | undefined | null | void | Promise<Response | undefined | null | void>

/** An API route of the Pages Router. */
export type ApiHandler<Data, Body> = (req: ApiRequest<Data>, res: NextApiResponse<Body>) => unknown

/** `getServerSideProps` of a page of the Pages Router. */
export type PropsFunction<Data, Props extends { [name: string]: unknown }> = (
  context: GetServerSidePropsContext,
  session: Session<Data>,
) => GetServerSidePropsResult<Props> | Promise<GetServerSidePropsResult<Props>>

/** The sessions of a Next.js application. All are functions that may be taken apart and exported. */
export interface Sessions<Data> {
  /**
   * The session of this request. In Server Components, layouts and `generateMetadata` it can be read; in Server Actions and
   * Route Handlers changed as well, and `await session.save()` saves it. One load for a request, however many ask. With
   * `req` and `res`, in the Pages Router: what is changed is saved before the response leaves.
   *
   * Rejects with `STORE_UNAVAILABLE`, and with `OUTSIDE_REQUEST` where there is no request.
   */
  readonly getSession: {
    (): Promise<Session<Data>>
    (req: IncomingMessage, res: ServerResponse): Promise<Session<Data>>
  }
  /**
   * A Server Action or a Route Handler with the session as its first argument. What it changes is saved before it returns,
   * or redirects; if it throws an error, it is not. A save that fails: of a Route Handler a 503; of an
   * action its error, whose `digest` in the browser is the `code`.
   */
  readonly withSession: <Args extends unknown[], Result>(
    change: (session: Session<Data>, ...args: Args) => Result | Promise<Result>,
  ) => (...args: Args) => Promise<Result>
  /** An API route of the Pages Router with `req.session`. The response leaves when what was changed is saved; else it is a 503. */
  readonly withSessionApi: <Body>(handler: ApiHandler<Data, Body>) => NextApiHandler<Body>
  /** `getServerSideProps` with the session as its second argument. */
  readonly withSessionProps: <Props extends { [name: string]: unknown }>(
    getProps: PropsFunction<Data, Props>,
  ) => GetServerSideProps<Props>
  /**
   * What `proxy.ts` exports (`middleware.ts` with the Node.js runtime in Next.js 15): writes the cookie again when a session
   * comes from another worker. With a callback also that one's changes, which pages see in the same request. Without, it asks
   * the cluster only when the cookie is due.
   */
  readonly sessionProxy: (
    callback?: ProxyCallback<Data>,
  ) => (req: NextRequest, event: NextFetchEvent) => Promise<NextResponse | Response>
  /**
   * Connects now, and not with the first request: for `register()` of `instrumentation.ts`. Waits `timeout` ms at most (default
   * 3000) for the cluster, and resolves without it as well, with the manager: events, drain, close.
   */
  readonly connect: (timeout?: number) => Promise<SessionManager>
}

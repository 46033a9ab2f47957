import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GetServerSideProps, NextApiHandler } from 'next'
import type { ApplicationSessions } from './application-sessions.ts'
import type { Session } from './session.ts'
import type { ApiHandler, ApiRequest, PropsFunction } from './sessions.ts'
import { typedSession } from './typed-session.ts'

/** What `getSession(req, res)` gives in the Pages Router. */
export async function pagesSession<Data>(
  application: () => ApplicationSessions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Session<Data>> {
  const request = application().pagesRequest(req, res)
  await request.opened()
  request.assertLoaded()
  return typedSession(request.session)
}

/** `Sessions.withSessionApi`. */
export function withApiSession<Data, Body>(
  application: () => ApplicationSessions,
  handler: ApiHandler<Data, Body>,
): NextApiHandler<Body> {
  return async (req, res) => {
    const request = application().pagesRequest(req, res)
    await request.opened()
    Object.defineProperty(req, 'session', { value: request.session, configurable: true })
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has been defined just now
      await handler(req as ApiRequest<Data>, res)
    } catch (error) {
      if (!request.refused(error)) throw error
    }
    await request.answered()
  }
}

/** `Sessions.withSessionProps`. */
export function withPropsSession<Data, Props extends { [name: string]: unknown }>(
  application: () => ApplicationSessions,
  getProps: PropsFunction<Data, Props>,
): GetServerSideProps<Props> {
  return async (context) => {
    const request = application().pagesRequest(context.req, context.res)
    await request.opened()
    try {
      return await getProps(context, typedSession(request.session))
    } catch (error) {
      if (!request.refused(error)) throw error
      await request.answered()
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody renders them: the answer has left
      return { props: {} as Props }
    }
  }
}

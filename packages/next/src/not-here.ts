/** So that what is imported is found, and the error below is the one that is shown. */
export const createSessions: undefined = undefined

// What `@hazelcast-session/next` is where it cannot run. Whoever imports it there learns why at once, in `next build` already.
throw new Error(
  '[@hazelcast-session/next] Sessions run on the Node.js runtime only. In a route: remove `export const runtime = ' +
    "'edge'`. In middleware.ts: rename it to proxy.ts, or, with Next.js 15, export `config = { runtime: 'nodejs' }`. In a " +
    'Client Component: do not import the module that calls createSessions; hand `session.toJSON()`, or a part of it, to the ' +
    'component as a property.',
)

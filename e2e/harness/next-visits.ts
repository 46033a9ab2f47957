import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { Readable } from 'node:stream'
import type { AdapterHarness, AdapterWorker, Visit, VisitAnswer } from '@hazelcast-session/conformance'
import { createSessions } from '@hazelcast-session/next'
import type { Session, Sessions } from '@hazelcast-session/next'
import next from 'next'

type Data = Record<string, unknown>
type SessionProxy = ReturnType<Sessions<Data>['sessionProxy']>

/** What a worker makes of a request. */
interface VisitedWorker {
  readonly proxy: SessionProxy | undefined
  readonly route: (req: Request) => Promise<Response>
}

/** Where the application's proxy and its Route Handler look for who answers. */
const started = globalThis as typeof globalThis & {
  proxied?: (...args: Parameters<SessionProxy>) => ReturnType<SessionProxy> | undefined
  visited?: VisitedWorker['route']
}

/**
 * Route Handlers of the App Router, as the proof kit drives them: in a built application, whose server runs in this process,
 * so that it can be handed a store and what a case does with the session.
 */
export class NextVisits {
  readonly #listener: RequestListener
  /** By the port at which the request came: all workers have the one server of Next.js. */
  readonly #workers = new Map<string, VisitedWorker>()
  #served = 0

  private constructor(listener: RequestListener) {
    this.#listener = listener
    started.proxied = (req, event) => this.#visited(req).proxy?.(req, event)
    started.visited = (req) => this.#visited(req).route(req)
  }

  /** `folder`: of the application, which has been built. */
  static async start(folder: string): Promise<NextVisits> {
    const app = next({ dir: folder, dev: false, quiet: true })
    await app.prepare()
    const handle = app.getRequestHandler()
    return new NextVisits((req, res) => void handle(req, res))
  }

  /** `proxied`: with `sessionProxy` before the handlers, as applications have it. */
  async serve(proxied: boolean, ...[given, handler]: Parameters<AdapterHarness['serve']>): Promise<AdapterWorker> {
    const { cookieMaxAge, ...options } = given
    // Sessions of the same options are the same in one process; nobody reads the map's name beside a store that is given.
    const mapName = `case_${this.#served++}`
    const { withSession, sessionProxy, connect } = createSessions<Data>({
      ...options,
      cookie: { maxAge: cookieMaxAge },
      mapName,
      enabled: true,
    })
    const route = withSession<[Request], Response>(async (session, req) => {
      // Only what runs in a server of Next.js may import it.
      const { cookies } = await import('next/headers.js')
      const jar = await cookies()
      return answered(await handler(visitOf(session, req, (name, value) => void jar.set(name, value))))
    })
    const server = createServer(this.#listener)
    const port = await listen(server)
    this.#workers.set(port, { proxy: proxied ? sessionProxy() : undefined, route })
    const manager = await connect(0)
    const close = async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      this.#workers.delete(port)
      await manager.close()
    }
    return { origin: `http://127.0.0.1:${port}`, manager, close }
  }

  #visited({ headers }: Request): VisitedWorker {
    const worker = this.#workers.get(new URL(`http://${headers.get('host')}`).port)
    if (!worker) throw new Error('The worker of this request has been closed.')
    return worker
  }
}

function visitOf(session: Session<Data>, req: Request, setCookie: Visit['setCookie']): Visit {
  return {
    method: req.method,
    path: new URL(req.url).pathname,
    body: () => req.json(),
    get session() {
      // Asking for it is using it.
      void session.isNew
      return session
    },
    get id() {
      return session.id
    },
    get isNew() {
      return session.isNew
    },
    update: (change) => session.update(change),
    signIn: (principal) => session.signIn(principal),
    signOut: () => session.signOut(),
    changeId: () => session.changeId(),
    setCookie,
    get res(): never {
      throw new Error('A Route Handler has no response of node.')
    },
  }
}

function answered(answer: VisitAnswer): Response {
  if (answer.kind === 'json') return Response.json(answer.value ?? null)
  if (answer.kind === 'empty') return new Response(null, { status: answer.status })
  if (answer.kind === 'redirect') return new Response(null, { status: 302, headers: { Location: answer.to } })
  if (answer.kind === 'stream') return new Response(Readable.toWeb(answer.body) as ReadableStream<Uint8Array>)
  throw new Error('A Route Handler has no response of node.')
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return String(typeof address === 'object' ? address?.port : '')
}

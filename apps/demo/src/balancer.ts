import { request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieParts } from './cookie-parts.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A request may ask for a worker, so that one page can play two. */
const WISH = 'x-demo-worker'

/**
 * A sticky load balancer in its smallest form: the cookie names the worker; without a cookie, or when that worker is
 * gone, any other will do.
 */
export class Balancer {
  readonly #workers: readonly WorkerProcess[]
  #turn = 0

  constructor(workers: readonly WorkerProcess[]) {
    this.#workers = workers
  }

  pass(from: IncomingMessage, to: ServerResponse): void {
    const worker = this.#choose(from)
    if (worker?.port === undefined) return refuse(to, 'No worker is there to serve you; bring one back.')
    const { method, url, headers } = from
    const sent = request({ host: '127.0.0.1', port: worker.port, method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    // Nobody knows what it did with this request, so it is not sent again.
    sent.once('error', () => refuse(to, `${worker.name} died with your request in hand.`))
    from.pipe(sent)
  }

  #choose(from: IncomingMessage): WorkerProcess | undefined {
    const alive = this.#workers.filter(({ port }) => port !== undefined)
    const serving = alive.filter(({ state }) => state.state === 'serving')
    const candidates = serving.length > 0 ? serving : alive
    const named = from.headers[WISH] ?? cookieParts(from.headers.cookie)?.worker
    return candidates.find(({ name }) => name === named) ?? candidates[this.#turn++ % candidates.length]
  }
}

function refuse(to: ServerResponse, why: string): void {
  if (to.headersSent) return void to.destroy()
  to.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify({ why }))
}

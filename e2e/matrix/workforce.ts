import type { Balancer, BalancerOptions, Server } from '../harness/balancer.ts'
import { Directly } from '../harness/directly.ts'
import { freePort } from '../harness/free-port.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { nextShop } from '../harness/next-app.ts'
import { Nginx } from '../harness/nginx.ts'
import type { CastOptions, Stage } from '../harness/stage.ts'
import type { Framework, Worker, WorkerExit } from '../harness/worker.ts'
import type { BalancerName, Cell, FrameworkName } from './cell.ts'
import type { Failure } from './failure.ts'
import type { Members } from './members.ts'

/** Ms from SIGTERM to the end of the server: three times what HAProxy needs to notice, which looks every second, and twice. */
const DRAIN = 4000
/** Ms that a worker waits for its member before it opens, on a busy machine. */
const READY = 90_000
/** What a process says to its parent that ends in order. Next.js tells of the signal. */
const ORDERLY: Readonly<Record<FrameworkName, number>> = { Express: 0, Koa: 0, Fastify: 0, Next: 143 }
const NAMES = ['w1', 'w2'] as const

/** The workers of a cell, and what stands before them. */
export class Workforce {
  readonly balancer: Balancer
  readonly names: readonly ['w1', 'w2'] = NAMES
  readonly #cell: Cell
  readonly #members: Members
  readonly #servers: readonly Server[]
  readonly #operationTimeout: number
  readonly #workers = new Map<string, Worker>()
  /** Of all that there ever were. */
  readonly #everyone: Worker[] = []

  private constructor(
    cell: Cell,
    members: Members,
    {
      balancer,
      servers,
      operationTimeout,
    }: { balancer: Balancer; servers: readonly Server[]; operationTimeout: number },
  ) {
    this.#cell = cell
    this.#members = members
    this.balancer = balancer
    this.#servers = servers
    this.#operationTimeout = operationTimeout
  }

  /** A balancer that listens and workers that serve behind it. */
  static async open(stage: Stage, cell: Cell, members: Members, failure: Failure): Promise<Workforce> {
    const servers = await Promise.all(NAMES.map(async (name) => ({ name, port: await freePort() })))
    const balancer = await stage.balancer(balancerOf(cell, servers, failure))
    const workforce = new Workforce(cell, members, { balancer, servers, operationTimeout: failure.budget })
    await Promise.all(NAMES.map((name) => workforce.start(name)))
    await Promise.all(workforce.running.map((worker) => stage.browser().untilServed(worker)))
    await members.safe(workforce.running)
    return workforce
  }

  get running(): readonly Worker[] {
    return [...this.#workers.values()]
  }

  async start(name: string): Promise<void> {
    const { framework, mode } = this.#cell
    const { port } = this.#servers.find((server) => server.name === name)!
    const program = framework === 'Next' ? await nextShop() : { env: {} }
    const options: CastOptions = {
      ...program,
      name,
      door: 'middleware',
      ...(framework === 'Next' ? {} : { framework: shopNames[framework] }),
      sticky: mode === 'sticky',
      operationTimeout: this.#operationTimeout,
      env: { ...program.env, PORT: String(port), SHOP_DRAIN_MS: String(this.#drain), SHOP_READY_MS: String(READY) },
    }
    const worker = await this.#members.worker(options)
    this.#workers.set(name, worker)
    this.#everyone.push(worker)
    await this.balancer.welcome(name)
  }

  /** kill -9. */
  async kill(name: string): Promise<void> {
    const killed = this.#workers.get(name)!.kill()
    if (this.balancer instanceof Directly) this.balancer.forget(name)
    await killed
    this.#workers.delete(name)
  }

  freeze(name: string): void {
    process.kill(this.#workers.get(name)!.pid, 'SIGSTOP')
  }

  thaw(name: string): void {
    process.kill(this.#workers.get(name)!.pid, 'SIGCONT')
  }

  /** As the guides say: the balancer knows before the worker goes, which ends by itself. Then it is started again. */
  async restart(name: string): Promise<void> {
    const worker = this.#workers.get(name)!
    await this.balancer.retire(name, () => worker.terminate())
    const { code, signal }: WorkerExit = await worker.exited
    this.#workers.delete(name)
    if (code !== ORDERLY[this.#cell.framework]) {
      throw new Error(worker.describe(`did not end in order: code ${code}, signal ${signal}`))
    }
    const stayed = this.running
    await this.start(name)
    await this.#members.safe(stayed)
  }

  get hasBalancer(): boolean {
    return !(this.balancer instanceof Directly)
  }

  /** What is wrong with workers to which nobody did anything. */
  get complaints(): string[] {
    return this.#everyone.flatMap(({ complaint }) => complaint ?? [])
  }

  /** What all of them wrote, and the balancer. */
  get output(): string {
    const of = ({ name, pid, output }: Worker): string => `--- worker ${name}, pid ${pid}\n${output}`
    return [...this.#everyone.map(of), `--- balancer\n${this.balancer.output}`].join('\n\n')
  }

  /** Without health checks a worker may go as soon as the balancer has left it. */
  get #drain(): number {
    return this.#cell.balancer === 'HAProxy' ? DRAIN : 0
  }
}

const shopNames: Readonly<Record<Exclude<FrameworkName, 'Next'>, Framework>> = {
  Express: 'express',
  Koa: 'koa',
  Fastify: 'fastify',
}

function balancerOf(
  { framework, mode, balancer }: Cell,
  servers: readonly Server[],
  { patience }: Failure,
): Promise<Balancer> {
  const options: BalancerOptions = {
    servers,
    by: mode === 'sticky' ? 'suffix' : 'nothing',
    ...(patience === undefined ? {} : { patience }),
    // `next start` ends at SIGTERM without a time in which its health would say so.
    retiredBy: framework === 'Next' ? 'operator' : 'worker',
  }
  const spawn: Readonly<Record<BalancerName, () => Promise<Balancer>>> = {
    HAProxy: () => HAProxy.spawn(options),
    nginx: () => Nginx.spawn(options),
    none: async () => new Directly(servers),
  }
  return spawn[balancer]()
}

import type { Balancer, Server } from './balancer.ts'
import type { Cluster } from './cluster.ts'
import { freePort } from './free-port.ts'
import type { CastOptions, Stage } from './stage.ts'
import type { Worker } from './worker.ts'

/** Ms from SIGTERM to the end of the server: three times what HAProxy needs to notice, which looks every second, and twice. */
const DRAIN = 4000

/** Workers behind a load balancer, which come and go as in a deployment. */
export class Fleet {
  readonly balancer: Balancer
  /** By name; one that was started again in the place of the one before. */
  readonly workers = new Map<string, Worker>()
  readonly #stage: Stage
  readonly #cluster: Cluster
  readonly #servers: readonly Server[]

  private constructor(stage: Stage, cluster: Cluster, balancer: Balancer, servers: readonly Server[]) {
    this.#stage = stage
    this.#cluster = cluster
    this.balancer = balancer
    this.#servers = servers
  }

  /** A balancer that knows these names, of which nobody runs yet. */
  static async behind(
    stage: Stage,
    cluster: Cluster,
    names: readonly string[],
    spawn: (servers: readonly Server[]) => Promise<Balancer>,
  ): Promise<Fleet> {
    const servers = await Promise.all(names.map(async (name) => ({ name, port: await freePort() })))
    return new Fleet(stage, cluster, await stage.balancer(spawn(servers)), servers)
  }

  /** Resolves when requests are sent to it. */
  async start(name: string, { env, ...options }: CastOptions): Promise<void> {
    const port = this.#servers.find((server) => server.name === name)?.port
    const further = { SHOP_DRAIN_MS: String(DRAIN), ...env, PORT: String(port) }
    this.workers.set(name, await this.#stage.worker(this.#cluster, { ...options, name, env: further }))
    await this.balancer.welcome(name)
  }

  /** The balancer knows before the worker goes, the process ends by itself, and another one takes its place. */
  async restart(name: string, options: CastOptions): Promise<void> {
    const worker = this.workers.get(name)
    if (!worker) throw new Error(`Expected ${name} to run`)
    await this.balancer.retire(name, () => worker.terminate())
    if (!worker.isRunning) throw new Error(worker.describe('ended before the balancer knew'))
    const { code } = await worker.exited
    if (code !== 0) throw new Error(worker.describe('did not end by itself'))
    await this.start(name, options)
  }

  /** Kills them all: the next ones have their names. */
  async kill(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.kill()))
  }
}

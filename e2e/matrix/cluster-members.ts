import type { Cluster } from '../harness/cluster.ts'
import type { CastOptions, Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'
import type { Members } from './members.ts'

/** Client/server: a cluster that workers are given the addresses of. */
export class ClusterMembers implements Members {
  readonly #stage: Stage
  readonly #cluster: Cluster

  constructor(stage: Stage, cluster: Cluster) {
    this.#stage = stage
    this.#cluster = cluster
  }

  worker(options: CastOptions): Promise<Worker> {
    return this.#stage.worker(this.#cluster, options)
  }

  safe(): Promise<void> {
    return this.#cluster.backedUp()
  }

  killOne(victim: 0 | 1): Promise<void> {
    return this.#cluster.members[victim]!.kill()
  }

  async freezeOne(victim: 0 | 1): Promise<void> {
    const observer = await this.#cluster.connect(1 - victim)
    try {
      this.#cluster.members[victim]!.freeze()
      await waitFor('the others expel the frozen member', () => observer.getCluster().getMembers().length === 1)
    } finally {
      await observer.shutdown()
    }
  }

  async replaceOne(victim: 0 | 1): Promise<void> {
    const lost = this.#cluster.members[victim]!
    await lost.kill()
    await lost.start()
    await this.#cluster.backedUp()
  }

  async restartOne(victim: 0 | 1): Promise<void> {
    const restarted = this.#cluster.members[victim]!
    await restarted.stop()
    await restarted.start()
    await this.#cluster.backedUp()
  }

  async restartAll(): Promise<void> {
    await this.#cluster.restartAll()
    await this.#cluster.backedUp()
  }

  async away(): Promise<void> {
    for (const proxy of this.#cluster.proxies) proxy.cutClients()
  }

  async back(): Promise<void> {
    for (const proxy of this.#cluster.proxies) proxy.mend()
  }

  /** Whoever ends these members does so by kill -9. */
  release(): void {}

  get output(): string {
    return this.#cluster.members
      .map(({ address, output, lines }) => [address, output, ...lines].join('\n'))
      .join('\n\n')
  }
}

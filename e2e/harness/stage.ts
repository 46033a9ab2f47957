import { afterAll, afterEach } from 'vitest'
import type { Balancer } from './balancer.ts'
import { Browser } from './browser.ts'
import { Cluster, MAPS } from './cluster.ts'
import type { ClusterOptions, MapKind } from './cluster.ts'
import { Worker } from './worker.ts'
import type { WorkerOptions } from './worker.ts'

/** What a worker needs beside a cluster. */
export type CastOptions = Partial<
  Pick<WorkerOptions, 'door' | 'framework' | 'sticky' | 'program' | 'args' | 'env' | 'name' | 'operationTimeout'>
> & {
  /** @default 'configured' */
  readonly map?: MapKind
}

/**
 * All processes of one test file. Whatever happens they are gone at its end, and a worker that ended or complained
 * though nobody did anything to it fails the test in which that is seen.
 */
export class Stage {
  readonly #clusters: Cluster[] = []
  readonly #workers: Worker[] = []
  readonly #browsers: Browser[] = []
  readonly #balancers: Balancer[] = []

  constructor() {
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') this.#tell()
      const complaints = this.#workers.flatMap((worker) => worker.complaint ?? [])
      if (complaints.length > 0) throw new Error(complaints.join('\n\n'))
    })
    afterAll(() => this.clear())
  }

  /** Members that run and know each other. */
  async cluster(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = await this.preparedCluster(options)
    await cluster.start()
    return cluster
  }

  /** Members that do not run yet. */
  async preparedCluster(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = await Cluster.prepare(options)
    this.#clusters.push(cluster)
    return cluster
  }

  /** A worker that listens. */
  async worker(cluster: Cluster, { map = 'configured', ...options }: CastOptions = {}): Promise<Worker> {
    const { name: clusterName, addresses } = cluster
    const name = `w${this.#workers.length + 1}`
    const worker = Worker.spawn({ name, clusterName, addresses, mapName: MAPS[map], ...options })
    this.#workers.push(worker)
    return worker.listening()
  }

  /** Two workers that serve sessions. */
  async pair(cluster: Cluster, options: CastOptions = {}): Promise<[Worker, Worker]> {
    const pair = await Promise.all([this.worker(cluster, options), this.worker(cluster, options)])
    await Promise.all(pair.map((worker) => this.browser().untilServed(worker)))
    return pair
  }

  /** A load balancer that listens. */
  async balancer(spawned: Promise<Balancer>): Promise<Balancer> {
    const balancer = await spawned
    this.#balancers.push(balancer)
    await balancer.listening()
    return balancer
  }

  /** A user with an empty cookie jar. */
  browser(): Browser {
    const browser = new Browser()
    this.#browsers.push(browser)
    return browser
  }

  /** Ends everybody but the members. */
  async dismiss(): Promise<void> {
    for (const browser of this.#browsers.splice(0)) browser.close()
    await Promise.all(this.#balancers.splice(0).map((balancer) => balancer.stop()))
    await Promise.all(this.#workers.splice(0).map((worker) => worker.kill()))
  }

  async clear(): Promise<void> {
    await this.dismiss()
    await Promise.all(this.#clusters.splice(0).map((cluster) => cluster.stop()))
  }

  #tell(): void {
    for (const worker of this.#workers) console.error(worker.describe('was there when the test failed'))
    for (const member of this.#clusters.flatMap(({ members }) => members)) {
      if (member.lines.length > 0) console.error(`The member ${member.address} warned:\n${member.lines.join('\n')}`)
    }
  }
}

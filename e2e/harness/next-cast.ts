import type { Cluster } from './cluster.ts'
import { nextStart } from './next-app.ts'
import type { NextMajor } from './next-app.ts'
import { NextBrowser } from './next-browser.ts'
import type { PageAnswer } from './next-browser.ts'
import type { Stage } from './stage.ts'
import { waitFor } from './wait-for.ts'
import type { Worker } from './worker.ts'

/** What a process of the application says of itself. */
export interface Probe {
  readonly pid: number
  readonly moduleCopies: number
  /** To members. */
  readonly connections: number
  readonly saidAfter: unknown
}

/** A cluster and two workers of the application of Next.js, and who visits them. */
export class NextCast {
  #cluster: Cluster | undefined
  #workers: readonly [Worker, Worker] | undefined

  /** Builds the application, if that has not been done, and starts all. */
  async start(stage: Stage, major: NextMajor): Promise<void> {
    const preparing = stage.cluster({ proxied: true, size: 1 })
    const program = await nextStart(major)
    this.#cluster = await preparing
    const workers = [await stage.worker(this.#cluster, program), await stage.worker(this.#cluster, program)] as const
    for (const worker of workers) {
      const set = (): Promise<PageAnswer> => new NextBrowser().run(worker, 'set')
      await waitFor(`${worker.name} serves sessions`, async () => (await set()).status === 200)
    }
    this.#workers = workers
  }

  get cluster(): Cluster {
    if (!this.#cluster) throw new Error('The cast has not been started.')
    return this.#cluster
  }

  get workers(): readonly [Worker, Worker] {
    if (!this.#workers) throw new Error('The cast has not been started.')
    return this.#workers
  }

  /** A browser with a session, begun at the first worker, of these attributes' names. */
  async begun(...names: readonly string[]): Promise<NextBrowser> {
    const browser = new NextBrowser()
    for (const name of names) {
      const { status, text } = await browser.run(this.workers[0], 'set', `?name=${name}`)
      if (status !== 200) throw new Error(`No session could be begun: ${status} ${text}`)
    }
    return browser
  }
}

export async function probe(worker: Worker): Promise<Probe> {
  return JSON.parse((await new NextBrowser().fetch(worker, '/probe')).text) as Probe
}

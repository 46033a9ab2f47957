import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'hazelcast-client'
import { isBackedUp } from './backed-up.ts'
import { BUDGET } from './budget.ts'
import type { Cluster } from './cluster.ts'
import type { CastOptions, Stage } from './stage.ts'
import { waitFor } from './wait-for.ts'
import type { Worker } from './worker.ts'

/** Workers that bring their own members, at the addresses of a cluster whose own members never run. */
export class Peers {
  readonly cluster: Cluster
  readonly #stage: Stage
  /** Of every worker, under its own. */
  env: Readonly<Record<string, string>> = {}

  private constructor(stage: Stage, cluster: Cluster) {
    this.#stage = stage
    this.cluster = cluster
  }

  /** `size`: the addresses that members may have. */
  static async prepare(stage: Stage, size: number): Promise<Peers> {
    return new Peers(stage, await stage.preparedCluster({ size }))
  }

  /** A worker that listens; its member may not be there yet. */
  worker({ env, ...options }: CastOptions = {}): Promise<Worker> {
    const own = { HZ_SESSION_TOPOLOGY: 'peer-to-peer', HZ_SESSION_DEBUG: 'true', HAZELCAST_HEAP_MB: '128' }
    return this.#stage.worker(this.cluster, {
      door: 'middleware',
      operationTimeout: BUDGET,
      ...options,
      env: { ...own, ...this.env, ...env },
    })
  }

  /** Resolves with the addresses of the members when the cluster has so many. */
  async untilMembers(count: number): Promise<string[]> {
    return waitFor(`the cluster has ${count} members`, async () => {
      const client = await this.#connect()
      try {
        const members = client.getCluster().getMembers()
        return members.length === count && members.map(({ address }) => address.toString())
      } finally {
        await client.shutdown()
      }
    })
  }

  async #connect(): Promise<Client> {
    const connecting = this.cluster.connect()
    const client = await Promise.race([connecting, pause(5000)])
    if (client) return client
    connecting.then((late) => late.shutdown()).catch(() => {})
    throw new Error('no member took the client')
  }
}

/** Resolves when a second member that joined has got its copy of everything: only then may the first one be killed. */
export async function untilBackedUp(workers: readonly Worker[]): Promise<void> {
  await waitFor('all sessions have their backup', () => workers.some(isBackedUp))
}

/** The process of the worker's member; `undefined`: it has none. A member that starts counts as well. */
export async function memberOf(worker: Worker): Promise<number | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const [stat, command] = await Promise.all([textOf(`/proc/${name}/stat`), textOf(`/proc/${name}/cmdline`)])
    // `pid (name) state parent …`
    const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2])
    if (parent === worker.pid && command.includes('HazelcastMemberStarter')) return Number(name)
  }
  return undefined
}

/** kill -9 of the worker's member: its process id. */
export function killMemberOf(worker: Worker): Promise<number> {
  return signalMemberOf(worker, 'SIGKILL')
}

export async function signalMemberOf(worker: Worker, signal: NodeJS.Signals): Promise<number> {
  const pid = await memberOf(worker)
  if (pid === undefined) throw new Error(worker.describe('has no member'))
  process.kill(pid, signal)
  return pid
}

/** Empty when the process is gone. */
function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}

import { setTimeout as pause } from 'node:timers/promises'
import type { Balancer, Server } from './balancer.ts'

/** Ms in which a worker that nobody asks any more answers what it was asked before. */
const LAST_ANSWERS = 5000

/** No balancer at all: browsers ask the workers in turn, those that are known to run. */
export class Directly implements Balancer {
  readonly output = ''
  readonly #servers: readonly Server[]
  readonly #up = new Set<string>()
  #turn = 0

  constructor(servers: readonly Server[]) {
    this.#servers = servers
  }

  /** Another one each time. */
  get url(): string {
    const up = this.#servers.filter(({ name }) => this.#up.has(name))
    this.#turn += 1
    const server = up[this.#turn % up.length]
    if (!server) throw new Error('No worker runs.')
    return `http://127.0.0.1:${server.port}`
  }

  async listening(): Promise<void> {}

  async welcome(name: string): Promise<void> {
    this.#up.add(name)
  }

  async retire(name: string, terminate: () => void): Promise<void> {
    this.forget(name)
    // Node closes connections that are idle as far as it knows, also one on which a request waits to be read.
    await pause(LAST_ANSWERS)
    terminate()
  }

  /** From now on nobody asks this worker. */
  forget(name: string): void {
    this.#up.delete(name)
  }

  async stop(): Promise<void> {}
}

import type { Site } from './browser.ts'

export interface Server {
  /** The worker's. */
  readonly name: string
  readonly port: number
}

export interface BalancerOptions {
  readonly servers: readonly Server[]
  /** By what of a request its worker is found. `nothing`: any worker does. */
  readonly by: 'suffix' | 'route cookie' | 'nothing'
}

/** A real load balancer, with the configuration that its guide shows. */
export interface Balancer extends Site {
  listening(): Promise<void>
  /** Resolves when requests are sent to this worker, which listens. */
  welcome(name: string): Promise<void>
  /** Takes a worker out as the guide says, and tells it to end when that is its turn. Resolves when it gets no more requests. */
  retire(name: string, terminate: () => void): Promise<void>
  stop(): Promise<void>
}

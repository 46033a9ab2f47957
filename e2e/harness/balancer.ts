import type { Site } from './browser.ts'

export interface Server {
  /** The worker's. */
  readonly name: string
  readonly port: number
}

/** Seconds; a worker that is down does not take a connection at all. */
export const BALANCER_PATIENCE = 20

export interface BalancerOptions {
  readonly servers: readonly Server[]
  /** By what of a request its worker is found. `nothing`: any worker does. */
  readonly by: 'suffix' | 'route cookie' | 'nothing'
  /** Seconds in which a worker answers that is not down. @default 20, for workers that wait for their turn on a busy machine */
  readonly patience?: number
  /**
   * Who says that a worker goes: it by its health, or whoever restarts it, to the balancer. Only of a balancer that asks for
   * health; the others have to be told.
   * @default 'worker'
   */
  readonly retiredBy?: 'worker' | 'operator'
}

/** A real load balancer, with the configuration that its guide shows. */
export interface Balancer extends Site {
  listening(): Promise<void>
  /** Resolves when requests are sent to this worker, which listens. */
  welcome(name: string): Promise<void>
  /** Takes a worker out as the guide says, and tells it to end when that is its turn. Resolves when it gets no more requests. */
  retire(name: string, terminate: () => void): Promise<void>
  /** What it wrote. */
  readonly output: string
  stop(): Promise<void>
}

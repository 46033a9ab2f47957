import { createHash } from 'node:crypto'
import { hostname } from 'node:os'

/** This process, as the other workers of the same map and the load balancer know it. */
export interface Worker {
  /** `[A-Za-z0-9_-]{1,32}` */
  readonly name: string
}

export const WORKER_NAME: RegExp = /^[A-Za-z0-9_-]{1,32}$/

/**
 * The worker of that name; without one, of a short hash of host name and instance number, which stays the same over a
 * restart and tells nobody the host's name. pm2 numbers its instances in `NODE_APP_INSTANCE`, node:cluster in
 * `NODE_UNIQUE_ID`.
 */
export function workerNamed(name: string | undefined, environment: NodeJS.ProcessEnv): Worker {
  if (name !== undefined) return { name }
  const instance = environment['NODE_APP_INSTANCE'] ?? environment['NODE_UNIQUE_ID'] ?? ''
  return { name: createHash('sha256').update(`${hostname()} ${instance}`).digest('hex').slice(0, 8) }
}

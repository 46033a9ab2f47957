import type { Answer } from './answer.ts'
import type { Site } from './browser.ts'

/**
 * `ok`: the answer said it is done. `refused`: the answer said it is not confirmed (503), so it may be done or not.
 * `unknown`: no answer came, or only one of the load balancer's own.
 */
export type Acknowledgement = 'ok' | 'refused' | 'unknown'

/** What a load balancer says of a worker that gave no answer: its connection broke, or it took too long. */
export const BY_BALANCER = [502, 504]
/** Nobody has ended the request that took too long: it may still be carried out, however much later. */
const TOOK_TOO_LONG = 504

/** One action of a user on one session and what became of it. Times of `performance.now()`. */
export interface Action {
  readonly kind: 'set' | 'increment'
  readonly name: string
  /** What was written, or the number that was answered. */
  readonly value: unknown
  readonly begin: number
  /** From then on it is done or will never be. */
  readonly end: number
  readonly status: number
}

/** When a request that this site answered just now is done at the latest. */
export function endOf({ repeatsAfter = Infinity }: Site, { status, ms }: Answer): number {
  return status === TOOK_TOO_LONG || ms >= repeatsAfter ? Infinity : performance.now()
}

export function acknowledgementOf({ status }: Pick<Action, 'status'>): Acknowledgement {
  if (status === 0 || BY_BALANCER.includes(status)) return 'unknown'
  return status < 300 ? 'ok' : 'refused'
}

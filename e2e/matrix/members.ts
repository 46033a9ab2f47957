import type { CastOptions } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

/** The members of a cell, whoever has started them, and what may happen to them. `victim`: to which of the two. */
export interface Members {
  /** A worker that listens; in peer-to-peer mode it brings a member. */
  worker(options: CastOptions): Promise<Worker>
  /** Resolves when everything has its copy, so that a member, or a worker with one, may be lost. `by`: what stayed. */
  safe(by: readonly Worker[]): Promise<void>
  /** kill -9 of one of them. */
  killOne(victim: 0 | 1): Promise<void>
  /** One of them stops where it is. Resolves when the others have expelled it. */
  freezeOne(victim: 0 | 1): Promise<void>
  /** In the place of the one that was killed or frozen there is another one. */
  replaceOne(victim: 0 | 1): Promise<void>
  /** One of them is stopped in order, and started again. */
  restartOne(victim: 0 | 1): Promise<void>
  /** Each of them, one after the other. */
  restartAll(): Promise<void>
  /** Nobody reaches any of them, until `back`; they keep what they have. */
  away(): Promise<void>
  back(): Promise<void>
  /** Wakes whoever sleeps still, so that they end with their workers. */
  release(): void
  /** What they said. */
  readonly output: string
}

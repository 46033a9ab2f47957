import type { Behaviour, Skip, TestRunner } from '../suite.ts'
import { declareSuite } from '../suite.ts'
import { attributes } from './attributes.ts'
import { concurrency } from './concurrency.ts'
import { copies } from './copies.ts'
import { ending } from './ending.ts'
import { events } from './events.ts'
import { expiry } from './expiry.ts'
import { identity } from './identity.ts'
import type { SessionsHarness } from './sessions-harness.ts'
import { SessionsStand } from './sessions-stand.ts'
import { sweeping } from './sweeping.ts'
import { times } from './times.ts'
import { unreadable } from './unreadable.ts'
import { values } from './values.ts'
import { workers } from './workers.ts'

export interface SessionsSuite {
  /** What is tested, for the report. */
  readonly name: string
  /** `{ describe, test }` of the runner that runs this file. */
  readonly runner: TestRunner
  /** An empty store and managers over it, for one case. */
  readonly create: () => Promise<SessionsHarness> | SessionsHarness
  readonly skip?: readonly Skip[]
}

const BEHAVIOURS: readonly Behaviour<SessionsStand>[] = [
  attributes,
  values,
  identity,
  ending,
  times,
  expiry,
  sweeping,
  concurrency,
  events,
  unreadable,
  workers,
  copies,
]

/** Declares the tests that sessions have to pass, on however many workers, over whatever store. */
export function describeSessions({ name, runner, create, skip }: SessionsSuite): void {
  declareSuite({
    title: `sessions: ${name}`,
    runner,
    skip,
    behaviours: BEHAVIOURS,
    run: async (test) => {
      const stand = new SessionsStand(await create())
      try {
        await test(stand)
      } finally {
        await stand.dispose()
      }
    },
  })
}

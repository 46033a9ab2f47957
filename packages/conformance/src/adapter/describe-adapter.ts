import type { Behaviour, Skip, TestRunner } from '../suite.ts'
import { declareSuite } from '../suite.ts'
import type { AdapterHarness } from './adapter-harness.ts'
import { AdapterStand } from './adapter-stand.ts'
import { cookies } from './cookies.ts'
import { endings } from './endings.ts'
import { failures } from './failures.ts'
import { lives } from './lives.ts'
import { responses } from './responses.ts'
import { saving } from './saving.ts'
import { sessions } from './sessions.ts'
import { workers } from './workers.ts'

export interface AdapterSuite {
  /** What is tested, for the report. */
  readonly name: string
  /** `{ describe, test }` of the runner that runs this file. */
  readonly runner: TestRunner
  readonly harness: AdapterHarness
  readonly skip?: readonly Skip[]
}

const BEHAVIOURS: readonly Behaviour<AdapterStand>[] = [
  sessions,
  cookies,
  responses,
  saving,
  endings,
  lives,
  workers,
  failures,
]

/** Declares the tests that every adapter has to pass: by HTTP alone, the same for all frameworks. */
export function describeAdapter({ name, runner, harness, skip }: AdapterSuite): void {
  declareSuite({
    title: `adapter: ${name}`,
    runner,
    skip,
    behaviours: BEHAVIOURS,
    run: async (test) => {
      const stand = new AdapterStand(harness)
      try {
        await test(stand)
      } finally {
        await stand.dispose()
      }
    },
  })
}

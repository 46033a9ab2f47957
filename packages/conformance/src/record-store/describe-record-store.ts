import type { Behaviour, Skip, TestRunner } from '../suite.ts'
import { declareSuite } from '../suite.ts'
import { closing } from './closing.ts'
import { creating } from './creating.ts'
import { exactTexts } from './exact-texts.ts'
import { finding } from './finding.ts'
import { foreignValues } from './foreign-values.ts'
import { keys } from './keys.ts'
import { lives } from './lives.ts'
import { loading } from './loading.ts'
import { outages } from './outages.ts'
import { removing } from './removing.ts'
import { replacing } from './replacing.ts'
import type { StoreHarness } from './store-harness.ts'
import { StoreStand } from './store-stand.ts'
import { telling } from './telling.ts'

export interface RecordStoreSuite {
  /** What is tested, for the report. */
  readonly name: string
  /** `{ describe, test }` of the runner that runs this file. */
  readonly runner: TestRunner
  /** A store for one case. */
  readonly create: () => Promise<StoreHarness> | StoreHarness
  readonly skip?: readonly Skip[]
}

const BEHAVIOURS: readonly Behaviour<StoreStand>[] = [
  loading,
  creating,
  replacing,
  exactTexts,
  lives,
  removing,
  finding,
  telling,
  keys,
  foreignValues,
  outages,
  closing,
]

/** Declares the tests that every `RecordStore` has to pass. */
export function describeRecordStore({ name, runner, create, skip }: RecordStoreSuite): void {
  declareSuite({
    title: `record store: ${name}`,
    runner,
    skip,
    behaviours: BEHAVIOURS,
    run: async (test) => {
      const harness = await create()
      try {
        const stand = new StoreStand(harness)
        await stand.open()
        await test(stand)
      } finally {
        await harness.dispose?.()
      }
    },
  })
}

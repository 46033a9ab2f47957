import type { TestRunner } from '@hazelcast-session/conformance'

export interface CollectedCase {
  readonly sentence: string
  readonly behaviour: string
  readonly isSkipped: boolean
  readonly run: () => Promise<void>
}

/** The cases that `declare` declares, in place of running them. */
export function collectedCases(declare: (runner: TestRunner) => void): readonly CollectedCase[] {
  const cases: CollectedCase[] = []
  const path: string[] = []
  const collect =
    (isSkipped: boolean) =>
    (sentence: string, run: () => Promise<void>): void => {
      cases.push({ sentence, behaviour: path.at(-1) ?? '', isSkipped, run })
    }
  const test = Object.assign(collect(false), { skip: collect(true) })
  const describe = (name: string, body: () => void): void => {
    path.push(name)
    body()
    path.pop()
  }
  declare({ describe, test })
  return cases
}

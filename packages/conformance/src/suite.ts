/** The test runner's two words. Those of vitest, of node:test, Jest and Mocha (`it`) will do. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  readonly test: {
    (name: string, body: () => Promise<void>): unknown
    readonly skip: (name: string, body: () => Promise<void>) => unknown
  }
}

/** A case that does not apply. */
export interface Skip {
  /** Its sentence, or the name of a behaviour of which no case applies. */
  readonly case: string
  /** Why, for whoever reads the report. */
  readonly reason: string
}

/** What is to hold, each under a sentence that says so. A case fails by rejecting. */
type Cases<Subject> = Readonly<Record<string, (subject: Subject) => Promise<void>>>

/** Cases that belong together. */
export interface Behaviour<Subject> {
  readonly name: string
  readonly cases: Cases<Subject>
}

export interface Suite<Subject> {
  readonly title: string
  readonly runner: TestRunner
  readonly skip?: readonly Skip[] | undefined
  readonly behaviours: readonly Behaviour<Subject>[]
  /** Runs one case on a subject of its own, and cleans up behind it. */
  readonly run: (test: (subject: Subject) => Promise<void>) => Promise<void>
}

/** Declares a test for each case. Throws for a skip that names no case, or states no reason. */
export function declareSuite<Subject>({ title, runner, skip = [], behaviours, run }: Suite<Subject>): void {
  const reasons = new Map(skip.map(({ case: sentence, reason }) => [sentence, reason]))
  assertSkips(reasons, behaviours)
  runner.describe(title, () => {
    for (const { name, cases } of behaviours) {
      runner.describe(name, () => {
        for (const [sentence, test] of Object.entries(cases)) {
          const reason = reasons.get(sentence) ?? reasons.get(name)
          const body = (): Promise<void> => run(test)
          if (reason === undefined) runner.test(sentence, body)
          else runner.test.skip(`${sentence} (skipped: ${reason})`, body)
        }
      })
    }
  })
}

function assertSkips<Subject>(reasons: ReadonlyMap<string, string>, behaviours: readonly Behaviour<Subject>[]): void {
  const known = new Set(behaviours.flatMap(({ name, cases }) => [name, ...Object.keys(cases)]))
  for (const [sentence, reason] of reasons) {
    if (!known.has(sentence)) throw new TypeError(`Expected \`skip\` to name a case of the suite, got \`${sentence}\``)
    if (reason.trim() === '') throw new TypeError(`Expected a reason to skip the case \`${sentence}\``)
  }
}

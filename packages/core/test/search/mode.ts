import type * as fc from 'fast-check'

/** What one run came to. */
export interface Played {
  /** Everything that was not as promised. */
  readonly problems: readonly string[]
  /** How that came about, told with the problems that are to be seen. */
  readonly story: (visible: readonly string[]) => string
}

/** Something to search: what can be asked for, and how it is played and judged. */
export interface Mode<S> {
  readonly scenarios: fc.Arbitrary<S>
  readonly play: (scenario: S) => Promise<Played>
}

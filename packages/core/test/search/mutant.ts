import type { ModeName } from './search.ts'

/** A fault of the algorithm, planted on purpose. */
export interface Mutant {
  readonly name: string
  /** Where it is to be found. @default 'saving' */
  readonly mode?: ModeName
  /** Path below `src`. */
  readonly file: string
  /** What is there exactly once, and what is put in its place. */
  readonly original: string
  readonly planted: string
  /** A second place in the same file. */
  readonly also?: Pick<Mutant, 'original' | 'planted'>
  /** Problems that would give the mutant away by its looks, and not by what it does. */
  readonly ignore?: RegExp
  /** For what is met seldom, so that its test need not search for long: from here on it is met soon. */
  readonly seed?: number
}

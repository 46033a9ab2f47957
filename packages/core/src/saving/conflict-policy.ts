import type { AttributeSerializer } from '../records/attribute-serializer.ts'
import { textOf, valueOf } from '../records/attribute-serializer.ts'
import { SessionError } from '../session-error.ts'
import { deepMerge } from './deep-merge.ts'
import { assertSynchronous } from './synchronous.ts'

/**
 * Decides for one attribute that two requests changed: its value before both, the one stored meanwhile, and the one to
 * be stored now; `undefined` where there is none. What it returns is stored; `undefined` deletes the attribute.
 * Must not wait for anything, and may be called again with newer values.
 */
export type ConflictResolver = (name: string, base: unknown, theirs: unknown, ours: unknown) => unknown

/** `'last-write-wins'`: what is saved later stays; `'fail'`: the later save is refused with `SESSION_CONFLICT`. */
export type ConflictOption = 'last-write-wins' | 'fail' | ConflictResolver

/** How far a merge goes: attribute by attribute, or key by key inside plain objects. */
export type MergeOption = 'attributes' | 'deep'

/** The three texts of one attribute in conflict; `undefined` where it is absent. */
export interface ConflictingTexts {
  readonly base: string | undefined
  readonly theirs: string | undefined
  readonly ours: string | undefined
}

/** Settles attributes that were changed on both sides. */
export class ConflictPolicy {
  readonly #resolve: ConflictResolver
  readonly #deep: boolean
  readonly #serializer: AttributeSerializer

  constructor(conflict: ConflictOption, merge: MergeOption, serializer: AttributeSerializer) {
    this.#resolve = resolverOf(conflict)
    this.#deep = merge === 'deep'
    this.#serializer = serializer
  }

  /**
   * The text to store, `undefined` to delete. `onConflict` hears each name that was changed to two different ends; a
   * deep merge may find none. Throws `SESSION_CONFLICT` under `'fail'`.
   */
  settle(
    name: string,
    { base, theirs, ours }: ConflictingTexts,
    onConflict: (name: string) => void,
  ): string | undefined {
    const resolve: ConflictResolver = (path, ...values) => {
      onConflict(path)
      const value = this.#resolve(path, ...values)
      assertSynchronous(value, 'The function given as option `conflict`')
      return value
    }
    const value = (text: string | undefined): unknown =>
      text === undefined ? undefined : valueOf(this.#serializer, name, text)
    const settled = this.#deep
      ? deepMerge(name, value(base), value(theirs), value(ours), resolve)
      : resolve(name, value(base), value(theirs), value(ours))
    return textOf(this.#serializer, name, settled)
  }
}

function resolverOf(conflict: ConflictOption): ConflictResolver {
  if (typeof conflict === 'function') return conflict
  if (conflict === 'last-write-wins') return (_name, _base, _theirs, ours) => ours
  return (name) => {
    throw new SessionError(
      'SESSION_CONFLICT',
      `The session attribute "${name}" was changed by another request meanwhile, and the option \`conflict\` is ` +
        "'fail'. Nothing was saved; load the session again and repeat the change.",
    )
  }
}

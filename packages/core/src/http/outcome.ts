import { tell } from '../store-door/settle.ts'
import type { Callback } from '../store-door/settle.ts'

/** What fails; and whether somebody waits for it, as is known later. */
type Failed = (error: unknown, isHeard: () => boolean) => void

/** A promise that knows whether somebody waits for it. */
class Outcome<T> extends Promise<T> {
  isHeard = false

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise has one; this one counts who uses it
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isHeard = true
    return super.then(fulfilled, rejected)
  }
}

/**
 * The same outcome, as a promise that an application may let go of: a failure that nobody waits for ends no process.
 * `failed` is told of each, and whether somebody waits for it after all.
 */
export function outcomeOf<T>(work: Promise<T>, failed: Failed): Promise<T> {
  const outcome = new Outcome<T>((resolve, reject) => void work.then(resolve, reject))
  work.catch((error: unknown) => failed(error, () => outcome.isHeard))
  // Not the one of the class: this is nobody who listens.
  void Promise.prototype.then.call(outcome, undefined, () => {})
  return outcome
}

/** Gives the outcome to `callback` alone where there is one, and else as `outcomeOf` does. */
export function tellOutcome(
  work: Promise<void>,
  callback: Callback | undefined,
  failed: Failed,
): Promise<void> | undefined {
  if (!callback) return outcomeOf(work, failed)
  tell(work, callback)
  return undefined
}

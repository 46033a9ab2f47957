import { callbackify } from 'node:util'

export type Done = (error?: unknown) => void

/** A promise that knows whether somebody waits for it. */
class Outcome<T> extends Promise<T> {
  isHeard = false

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- what a promise is waited for by, `await` included
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isHeard = true
    return super.then(fulfilled, rejected)
  }
}

/**
 * Gives the outcome to `callback` where there is one, and else as a promise. Whoever lets go of the promise shall not lose
 * a failure, nor the process with it: `fail` is told of it, and whether somebody waited for it after all.
 */
export function tellOutcome(
  work: Promise<void>,
  callback: Done | undefined,
  fail: (error: unknown, isHeard: () => boolean) => void,
): Promise<void> | undefined {
  if (callback) {
    callbackify(() => work)(callback)
    return undefined
  }
  const told = new Outcome<void>((resolve, reject) => void work.then(resolve, reject))
  const isHeard = (): boolean => told.isHeard
  work.catch((error: unknown) => fail(error, isHeard))
  void Promise.prototype.then.call(told, undefined, () => {})
  return told
}

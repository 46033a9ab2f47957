import { callbackify } from 'node:util'

/** How the session library hears of an outcome. */
export type Callback<T = void> = (error: unknown, value: T) => void

/**
 * Gives the outcome to `callback` when there is one, and else as a promise. A callback that throws does so outside of
 * the promise: as an uncaught exception, not as a rejection that looks like ours.
 */
export function settle<T>(outcome: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined {
  if (!callback) return outcome
  callbackify(() => outcome)(callback)
  return undefined
}

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

/**
 * Gives the outcome to `callback` alone. Without one nobody is told, as in the library: a session that could not be saved
 * is tried again at the end of the response.
 */
export function tell(outcome: Promise<void>, callback: Callback = ignore): void {
  callbackify(() => outcome)(callback)
}

function ignore(): void {}

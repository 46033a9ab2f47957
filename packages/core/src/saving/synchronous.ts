/**
 * Throws a `TypeError` when a function that must be synchronous has returned a promise. `what` begins the message:
 * "The function given to `update`".
 */
export function assertSynchronous(returned: unknown, what: string): void {
  if (!isThenable(returned)) return
  // Nobody else will look at this promise.
  returned.then(undefined, () => {})
  throw new TypeError(
    `${what} returned a promise. It may run several times and must be synchronous: wait for what it needs before.`,
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

import { SessionError } from '../session-error.ts'

/** A store that does not answer, in time or at all. */
export class StoreUnavailableError extends SessionError {
  /**
   * True when nothing was sent, so that nothing can have been applied: the store knew that it is offline.
   * False when the outcome of a write is unknown.
   */
  readonly unsent: boolean

  constructor(message: string, options: ErrorOptions & { readonly unsent: boolean }) {
    super('STORE_UNAVAILABLE', message, options)
    this.unsent = options.unsent
  }
}

/** Whether a rejected call surely changed nothing, because it was never sent. */
export function isUnsent(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.unsent
}

/** For what may be left undone while the store is away. Throws any other error. */
export function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof SessionError && error.code === 'STORE_UNAVAILABLE')) throw error
}

import { isSessionError } from './refusal.ts'

/**
 * Runs `ask`, and marks an error of ours with its code for who catches it in a browser: where components and actions fail,
 * Next.js answers with a status of its own and keeps the message to itself, but hands on a `digest` that is there already.
 */
export async function digested<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    if (isSessionError(error) && !('digest' in error)) Object.defineProperty(error, 'digest', { value: error.code })
    throw error
  }
}

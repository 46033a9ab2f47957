import { setTimeout as pause } from 'node:timers/promises'

/** Ms that a condition without a promise of its own may take on a busy machine. */
const PATIENCE = 120_000
const INTERVAL = 50

/** Waits until `condition` gives something truthy, and returns that. A rejection counts as "not yet". */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  patience: number = PATIENCE,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + patience
  for (;;) {
    const outcome = await attempt(condition)
    if (outcome.value) return outcome.value as Exclude<T, false | null | undefined | 0 | ''>
    if (performance.now() > deadline) {
      throw new Error(`${what}: not so after ${patience} ms`, { cause: outcome.error })
    }
    await pause(INTERVAL)
  }
}

async function attempt<T>(condition: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await condition() }
  } catch (error) {
    return { error }
  }
}

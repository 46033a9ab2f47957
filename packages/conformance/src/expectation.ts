import { AssertionError, ok, rejects } from 'node:assert/strict'

/** Ms that something may take which happens by itself: a busy machine is no fault. */
const PATIENCE = 60_000
const PAUSE = 20

/** Resolves when `holds` says true. What it throws counts as not yet. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const until = Date.now() + PATIENCE
  let last: unknown
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error
    }
    if (Date.now() > until) throw new Error(`Not within ${PATIENCE / 1000} s: ${what}`, { cause: last })
    await realPause(PAUSE)
  }
}

/** Settles as `promise` does, and fails when that takes longer than anybody should wait. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${PATIENCE / 1000} s: ${what}`)), PATIENCE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Expects a rejection with this code, and returns the error. */
export async function refused(code: string, promise: Promise<unknown>): Promise<object> {
  const seen: object[] = []
  await rejects(soon(`a refusal with ${code}`, promise), (error: unknown) => {
    ok(typeof error === 'object' && error !== null)
    const found: unknown = Reflect.get(error, 'code')
    if (found !== code) throw new AssertionError({ message: `Expected ${code}`, actual: error, expected: code })
    seen.push(error)
    return true
  })
  return seen[0] ?? {}
}

export function realPause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

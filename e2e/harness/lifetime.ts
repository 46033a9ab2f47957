import { setTimeout as pause } from 'node:timers/promises'

/** When something was done: it was not before `begin` and not after `end`, in ms of `performance.now()`. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** How long a session was served after a moment, in ms. */
export interface Served {
  /** The last answer that showed it was asked for so long after the moment at least. */
  readonly atLeast: number
  /** The first answer that did not show it was there so long after the moment at most. */
  readonly atMost: number
}

const POLL = 50
/** Ms by which two clocks of one machine may seem to differ: one of them counts whole milliseconds. */
const GRAIN = 5

export async function spanOf(act: () => Promise<unknown>): Promise<Span> {
  const begin = performance.now()
  await act()
  return { begin, end: performance.now() }
}

/** Looks for a session until it is not served any more. What it says errs on the side of the session. */
export async function servedFor(use: Span, isServed: () => Promise<boolean>): Promise<Served> {
  let atLeast = 0
  for (;;) {
    const asked = performance.now()
    if (!(await isServed())) return { atLeast, atMost: performance.now() - use.begin }
    atLeast = Math.max(atLeast, asked - use.end)
    await pause(POLL)
  }
}

/** In what a life contradicts promise 7; nothing when it keeps it. */
export function brokenBounds({ atLeast, atMost }: Served, interval: number, touchAfter: number): string[] {
  const limit = (interval + touchAfter + 5) * 1000
  return [
    ...(atMost < interval * 1000 - GRAIN ? [`ended ${Math.round(atMost)} ms after its last use`] : []),
    ...(atLeast > limit + GRAIN ? [`still served ${Math.round(atLeast)} ms after its last use`] : []),
  ]
}

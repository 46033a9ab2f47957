import type { SessionManagerSurroundings } from '@hazelcast-session/core'

type Clock = NonNullable<SessionManagerSurroundings['clock']>

/** The machine's clock, ahead by so many ms, or behind. */
export function shiftedClock(ms: number): Clock {
  return {
    now: () => Date.now() + ms,
    after: (delay, task, ground) => {
      const timer = setTimeout(task, delay)
      if (ground === 'background') timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

import { LoopTurn } from './loop-turn.ts'

/** Time as this library sees it. Tests bring their own, so that hours pass in milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /**
   * Runs `task` once after `ms` milliseconds, unless the returned function is called before. A `'background'` timer does
   * not keep the process alive.
   */
  after(ms: number, task: () => void, ground?: TimerGround): CancelTimer
  /** Resolves at the end of the event loop's present turn. Absent: nothing is to be gained by waiting for it. */
  turn?(): Promise<void>
}

export type TimerGround = 'foreground' | 'background'

export type CancelTimer = () => void

/** Timers take no more: a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

const loopTurn = new LoopTurn()

/**
 * The machine's clock. A timer of more than 24 days fires after 24 days. When a process goes on after a stall its timers
 * come before the answers that wait on its sockets; ours let those come first.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, task, ground) => {
    let afterSockets: NodeJS.Immediate | undefined
    const timer = setTimeout(
      () => {
        afterSockets = setImmediate(task)
      },
      Math.min(ms, LONGEST_TIMER),
    )
    if (ground === 'background') timer.unref()
    return () => {
      clearTimeout(timer)
      clearImmediate(afterSockets)
    }
  },
  turn: () => loopTurn.end(),
}

/** Resolves after `ms` milliseconds. */
export function pause(clock: Clock, ms: number, ground?: TimerGround): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve, ground)
  })
}

/**
 * Settles as `promise` does, or rejects with `late()` after `ms` milliseconds. The promise itself goes on: its outcome
 * is then unknown, and a rejection that comes later is swallowed. A plain timer, since `Promise.race` and
 * `AbortSignal.timeout` cost 2 and 17 microseconds a call, and this nothing that can be measured.
 */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()))
    const inTime =
      <A>(settle: (outcome: A) => void) =>
      (outcome: A): void => {
        cancel()
        settle(outcome)
      }
    promise.then(inTime(resolve), inTime(reject))
  })
}

import type { Door } from './worker.ts'

/** Ms that a load has, and a save: the default of `operationTimeout`, which promise 10 speaks of. */
export const BUDGET = 2000
/** The budget of workers in scenarios that are not about time: a machine that is slow and busy is no fault. */
export const PATIENT_BUDGET = 15_000
/**
 * Ms that such a machine may add to an answer. What exceeds its budget by more is not slow but unlimited: the client by
 * itself would wait for two minutes. That budgets are kept to the millisecond is shown in virtual time.
 */
const MACHINE = 5000

export const LONGEST_READ: number = BUDGET + MACHINE
/**
 * With the store the shop saves before it answers, so that it can answer 503. After that express-session saves what is
 * still unsaved a second time, and holds the last byte of the 503 back until that has failed as well.
 */
export const LONGEST_WRITE: Readonly<Record<Door, number>> = {
  store: 3 * BUDGET + MACHINE,
  middleware: 2 * BUDGET + MACHINE,
}

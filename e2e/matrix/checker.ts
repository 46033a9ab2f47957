import { setTimeout as pause } from 'node:timers/promises'
import type { Site } from '../harness/browser.ts'
import type { Fault } from '../harness/fault.ts'
import type { Visit } from './visit.ts'

export interface Finding extends Fault {
  readonly visit: Visit
}

/** Visits that are looked at in one moment. */
const AT_ONCE = 20
/** Ms between two looks. */
const AGAIN = 500
/** Ms in which every worker gives an answer, when nothing is wrong with anything. */
const ANSWERED = 60_000
/** Ms that a worker may show a copy of its own which nobody told it is stale: `stalePeriod`, and as much for a slow machine. */
const STALE = 20_000

/**
 * Compares everything that was acknowledged with what every worker shows.
 *
 * @param isSticky whether workers have copies of their own
 * @returns what is wrong; empty: nothing
 */
export async function findingsOf(
  visits: readonly Visit[],
  workers: readonly Site[],
  isSticky: boolean,
): Promise<Finding[]> {
  const waiting = visits.flatMap((visit) => workers.map((worker) => ({ visit, worker })))
  const findings: Finding[] = visits.flatMap((visit) => visit.faults.map((fault) => ({ ...fault, visit })))
  const look = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { visit, worker } = next
      const faults = await lastingFaults(visit, worker, isSticky ? STALE : 0)
      findings.push(...faults.map((fault) => ({ ...fault, visit })))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, look))
  return findings
}

async function lastingFaults(visit: Visit, worker: Site, staleFor: number): Promise<Fault[]> {
  const begin = performance.now()
  for (;;) {
    const faults = await visit.contradictions(worker)
    const age = performance.now() - begin
    if (faults ? faults.length === 0 || age > staleFor : age > ANSWERED) {
      return faults ?? [{ kind: 'lost write', what: `${visit.user} gets no answer of a worker any more` }]
    }
    await pause(AGAIN)
  }
}

import type { Attribution } from './attribution.ts'
import type { Chain } from './chain.ts'
import { statesWithin, wasOver } from './chain.ts'
import type { Answer, Operation } from './journal.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** Ms that every clock may be wrong. */
const skewOf = (scenario: Scenario): number => Math.max(...scenario.skews)
/** Ms by which a timer may be late; much more where time is real. */
export const VIRTUAL_SLACK = 1

export interface AnswersCheck {
  readonly scenario: Scenario
  readonly world: World
  readonly chain: Chain
  readonly attribution: Attribution
  /** Ms that an answer may be behind its budget. */
  readonly slack: number
}

/** What callers were told is true of what was stored while they waited. */
export function answerProblems(check: AnswersCheck): string[] {
  const operations = check.world.journal.operations.filter(({ key }) => key === check.chain.key)
  return operations.flatMap((operation) => {
    const { id, kind, worker, answer } = operation
    const problem = answer ? problemOf(check, operation, answer) : unansweredProblem(check, operation)
    return problem === undefined ? [] : [`${check.chain.key}: operation ${id} (${kind} on ${worker}) ${problem}`]
  })
}

function unansweredProblem({ world }: AnswersCheck, { worker }: Operation): string | undefined {
  const hasDied = world.workers.some(({ name, channel }) => name === worker && channel.diedAt !== undefined)
  return hasDied ? undefined : 'was never answered'
}

function problemOf(check: AnswersCheck, operation: Operation, answer: Answer): string | undefined {
  const budget = check.scenario.operationTimeout
  const took = answer.at - operation.from
  if (took > budget + check.slack) return `was answered after ${Math.round(took)} ms of ${budget}`
  return answer.kind === 'failed' ? failureProblem(check, operation, answer) : resultProblem(check, operation, answer)
}

function resultProblem(
  { scenario, chain, attribution }: AnswersCheck,
  operation: Operation,
  { at, result }: Answer & { kind: 'done' },
): string | undefined {
  const { kind, from, worker } = operation
  const within = statesWithin(chain, from, at)
  const isNothing = (kind === 'load' && result === undefined) || (kind === 'end' && result === false)
  if (isNothing) return wasOver(chain, from, at, skewOf(scenario)) ? undefined : 'found nothing, but the session lived'
  if (kind === 'load') {
    const state = within.find(({ write }) => write?.after === result)
    if (state?.kind !== 'live') return 'found a session that was not there then'
    return state.expiresAt + skewOf(scenario) <= from ? 'found an expired session' : undefined
  }
  if (kind === 'end') {
    const isEnded = within.some((state) => state.kind === 'ended' && state.write?.worker === worker)
    return isEnded ? undefined : 'said that it ended the session, but did not'
  }
  const state = attribution.appended.get(operation)
  if (operation.appends === undefined || !state) return undefined
  const upToOwn = state.list.slice(0, state.list.indexOf(operation.appends) + 1)
  return String(result) === upToOwn.join() ? undefined : `answered ${String(result)} for ${upToOwn.join()}`
}

function failureProblem(
  { scenario, world, chain, slack }: AnswersCheck,
  operation: Operation,
  { at, code }: Answer & { kind: 'failed' },
): string | undefined {
  const { kind, from, key } = operation
  if (code === 'SESSION_ENDED') {
    return wasOver(chain, from, at, skewOf(scenario)) ? undefined : 'was told that the session ended, but it lived'
  }
  if (code === 'SESSION_CONFLICT') return scenario.conflict === 'fail' ? undefined : 'met a conflict'
  if (code === 'REFUSED') return kind === 'update' ? undefined : 'was refused'
  if (code !== 'STORE_UNAVAILABLE' && code !== 'OUTCOME_UNKNOWN') return `failed with ${code}`
  // Who waits in real time may have to wait for the machine.
  if (slack > VIRTUAL_SLACK) return undefined
  // Where messages are slow and budgets short, losing every round is a matter of bad luck.
  if (scenario.latency * 100 > scenario.operationTimeout) return undefined
  const channel = world.workers.find(({ name }) => name === operation.worker)?.channel
  const hit = channel?.faulted.some(
    (fault) => fault.key === key && fault.at <= at && fault.at >= from - 2 * scenario.operationTimeout,
  )
  return hit ? undefined : `failed with ${code}, although every call was answered`
}

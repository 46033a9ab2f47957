import type { Chain, State } from './chain.ts'
import type { HeardEnd } from './journal.ts'
import type { World } from './world.ts'

/** Every session that was ended is told of once, on the worker that ended it, with what it held last. */
export function eventProblems({ workers, journal }: World, { key, states }: Chain): string[] {
  const problems: string[] = []
  const heard = journal.destroyed.filter((event) => event.key === key)
  const end = states.findIndex(({ kind }) => kind === 'ended')
  const ender = workers.find(({ name }) => name === states[end]?.write?.worker)
  const most = end === -1 || ender?.listens !== true ? 0 : 1
  // A claim that was in doubt when its marker vanished stays in doubt, and the dead tell no tales.
  const mayBeLost = hasBeenTaken(states) || ender?.channel.diedAt !== undefined
  if (heard.length > most || (heard.length < most && !mayBeLost)) {
    problems.push(`${key}: \`destroyed\` fired ${heard.length} times, not ${most}`)
  }
  if (end !== -1) problems.push(...heard.flatMap((event) => storyProblems(event, states[end], states[end - 1])))
  const created = journal.created.filter((event) => event.key === key).length
  if (created > 1) problems.push(`${key}: \`created\` fired ${created} times`)
  return problems
}

function storyProblems({ key, worker, reason, attributes }: HeardEnd, end?: State, last?: State): string[] {
  const problems: string[] = []
  if (worker !== end?.write?.worker) problems.push(`${key}: \`destroyed\` fired on ${worker}`)
  if (reason !== end?.reason) problems.push(`${key}: \`destroyed\` fired for "${reason}"`)
  const told = Object.entries(attributes).filter(([name]) => name !== 'list')
  const isLast = told.every(([name, value]) => last?.values.get(name) === JSON.stringify(value))
  if (!isLast || told.length !== (last?.values.size ?? 0) - 1) {
    problems.push(`${key}: \`destroyed\` told of ${JSON.stringify(attributes)}, which was not the last state`)
  }
  return problems
}

/** Whether the entry was removed behind everybody's back. */
export function hasBeenTaken(states: readonly State[]): boolean {
  return states.some(({ write }) => write?.after === undefined && write?.worker === 'nobody')
}

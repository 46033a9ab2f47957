import type { Operation } from './journal.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** What was asked, what went wrong on the way and what was stored, in the order in which it happened. */
export function narrate(scenario: Scenario, world: World, problems: readonly string[]): string {
  const begin = Math.min(...world.journal.operations.map(({ from }) => from))
  const events = [...callsOf(world), ...faultsOf(world), ...writesOf(world), ...endsOf(world)]
  const lines = events
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what }) => `${(at - begin).toFixed(1).padStart(10)} ms  ${what}`)
  const { requests, faults, ...settings } = scenario
  return [
    'Not as promised:',
    ...problems.map((problem) => `  - ${problem}`),
    `Settings: ${JSON.stringify(settings)}`,
    ...requests.map((request) => `Request: ${JSON.stringify(request)}`),
    ...faults.map((fault) => `Fault: ${JSON.stringify(fault)}`),
    'What happened:',
    ...lines,
  ].join('\n')
}

interface Event {
  readonly at: number
  readonly what: string
}

function callsOf({ journal }: World): Event[] {
  return journal.operations.flatMap((operation) => {
    const { id, key, worker, kind, from, answer } = operation
    const asked = { at: from, what: `${worker} ${key} operation ${id}: ${kind} ${wantedBy(operation)}` }
    if (!answer) return [asked]
    const told = answer.kind === 'done' ? `done ${JSON.stringify(answer.result) ?? ''}` : `failed with ${answer.code}`
    return [asked, { at: answer.at, what: `${worker} ${key} operation ${id}: ${told}` }]
  })
}

function wantedBy({ effects, appends }: Operation): string {
  const values = [...effects].map(([name, value]) => `${name}=${value ?? '(deleted)'}`)
  return [...values, ...(appends === undefined ? [] : [`list+=${appends}`])].join(' ')
}

function faultsOf({ workers }: World): Event[] {
  return workers.flatMap(({ name, channel }) =>
    channel.faulted.map(({ at, key, verb, kind, delay }) => ({ at, what: `${name} ${key} ${verb}: ${kind} ${delay}` })),
  )
}

function writesOf({ history, keys }: World): Event[] {
  const ours = ({ key }: { readonly key: string }): boolean => keys.includes(key)
  const writes = history.writes.filter(ours).map(({ to, worker, key, after }) => ({
    at: to,
    what: `${worker} ${key} stored ${after ?? 'nothing: removed'}`,
  }))
  const lives = history.lives.filter(ours).map(({ at, worker, key, goneAt }) => ({
    at,
    what: `${worker} ${key} lives for ${(goneAt - at) / 1000} s`,
  }))
  return [...writes, ...lives]
}

function endsOf({ journal }: World): Event[] {
  return [
    ...journal.created.map(({ at, worker, key }) => ({ at, what: `${worker} ${key} created` })),
    ...journal.destroyed.map(({ at, worker, key, reason }) => ({ at, what: `${worker} ${key} destroyed: ${reason}` })),
  ]
}

import type { Operation } from './journal.ts'
import type { Scenario, Surroundings } from './scenario.ts'
import type { World } from './world.ts'

/** What was asked, what went wrong on the way and what was stored, in the order in which it happened. */
export function narrate(scenario: Scenario, world: World, problems: readonly string[]): string {
  const { requests, ...rest } = scenario
  const asked = requests.map((request) => `Request: ${JSON.stringify(request)}`)
  return narrateEvents(rest, asked, [...callsOf(world), ...storeEvents(world)], problems)
}

export interface Event {
  /** Epoch ms. */
  readonly at: number
  readonly what: string
}

export function narrateEvents(
  surroundings: Surroundings,
  asked: readonly string[],
  events: readonly Event[],
  problems: readonly string[],
): string {
  const begin = Math.min(...events.map(({ at }) => at))
  const lines = events
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what }) => `${(at - begin).toFixed(1).padStart(10)} ms  ${what}`)
  const { faults, ...settings } = surroundings
  return [
    'Not as promised:',
    ...problems.map((problem) => `  - ${problem}`),
    `Settings: ${JSON.stringify(settings)}`,
    ...asked,
    ...faults.map((fault) => `Fault: ${JSON.stringify(fault)}`),
    'What happened:',
    ...lines,
  ].join('\n')
}

/** What happened to calls, entries and workers, whatever was asked. */
export function storeEvents(world: World): Event[] {
  return [...faultsOf(world), ...deathsOf(world), ...writesOf(world), ...endsOf(world)]
}

function deathsOf({ workers }: World): Event[] {
  return workers.flatMap(({ name, channel: { diedAt } }) =>
    diedAt === undefined ? [] : [{ at: diedAt, what: `${name} died` }],
  )
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

function writesOf({ history }: World): Event[] {
  const ours = ({ key }: { readonly key: string }): boolean => !key.startsWith('hazelcast-session.')
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

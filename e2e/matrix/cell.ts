export const FRAMEWORKS = ['Express', 'Koa', 'Fastify', 'Next'] as const
export const MODES = ['sticky', 'not sticky'] as const
export const TOPOLOGIES = ['client/server', 'peer-to-peer'] as const
export const BALANCERS = ['HAProxy', 'nginx', 'none'] as const
export const FAILURES = [
  'none',
  'worker SIGKILL',
  'worker SIGTERM with drain',
  'worker SIGSTOP',
  'member SIGKILL',
  'member SIGSTOP',
  'graceful member restart',
  'rolling restart of all workers',
  'rolling restart of all members',
  'whole cluster away and back',
] as const

export type FrameworkName = (typeof FRAMEWORKS)[number]
export type Mode = (typeof MODES)[number]
export type Topology = (typeof TOPOLOGIES)[number]
export type BalancerName = (typeof BALANCERS)[number]
export type FailureName = (typeof FAILURES)[number]

/** One combination: a shop, and what happens to it under load. */
export interface Cell {
  readonly framework: FrameworkName
  readonly mode: Mode
  readonly topology: Topology
  readonly balancer: BalancerName
  readonly failure: FailureName
}

/** Its name in tables, filters and files of results. */
export function titleOf({ framework, mode, topology, balancer, failure }: Cell): string {
  return [framework, mode, topology, balancer, failure].join(', ')
}

/** Whether a filter means this cell: some of the parts of its title, in their order. */
export function isMeant(cell: Cell, filter: string): boolean {
  const parts = titleOf(cell).split(', ')
  let from = 0
  return filter.split(',').every((word) => {
    from = parts.indexOf(word.trim(), from) + 1
    return from > 0
  })
}

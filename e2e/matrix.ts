import { BALANCERS, FAILURES, FRAMEWORKS, MODES, TOPOLOGIES } from './matrix/cell.ts'
import type { BalancerName, Cell, FailureName, FrameworkName, Mode, Topology } from './matrix/cell.ts'

/** A combination that makes no sense, and why. */
interface Exception {
  readonly of: Partial<Cell>
  readonly reason: string
}

const MEMBERS_OF_THEIR_WORKERS =
  'a member of a peer ends in order only with its worker: the same restart of workers is played'

/** What is not played. Everything else is. */
export const EXCEPTIONS: readonly Exception[] = [
  { of: { topology: 'peer-to-peer', failure: 'graceful member restart' }, reason: MEMBERS_OF_THEIR_WORKERS },
  { of: { topology: 'peer-to-peer', failure: 'rolling restart of all members' }, reason: MEMBERS_OF_THEIR_WORKERS },
  {
    of: { framework: 'Next', topology: 'peer-to-peer' },
    reason: 'a standalone build of Next.js does not carry the member package along, and ends at SIGTERM by itself',
  },
]

/** Every combination, each failure's together, so that runs of the whole can share members. */
export const COMBINATIONS: readonly Cell[] = TOPOLOGIES.flatMap((topology) =>
  FAILURES.flatMap((failure) =>
    FRAMEWORKS.flatMap((framework) =>
      MODES.flatMap((mode) => BALANCERS.map((balancer) => ({ framework, mode, topology, balancer, failure }))),
    ),
  ),
)

/** Why this cell is not played; `undefined`: it is. */
export function reasonAgainst(cell: Cell): string | undefined {
  const covers = ({ of }: Exception): boolean =>
    (Object.keys(of) as (keyof Cell)[]).every((dimension) => of[dimension] === cell[dimension])
  return EXCEPTIONS.find(covers)?.reason
}

export const MATRIX: readonly Cell[] = COMBINATIONS.filter((cell) => reasonAgainst(cell) === undefined)

/** What `npm test` plays: every value of every dimension at least once, the rest of the pairs spread. */
export const SLICE: readonly Cell[] = [
  cellOf('Express', 'sticky', 'client/server', 'HAProxy', 'worker SIGKILL'),
  cellOf('Next', 'not sticky', 'client/server', 'nginx', 'none'),
  cellOf('Next', 'sticky', 'client/server', 'HAProxy', 'member SIGKILL'),
  cellOf('Fastify', 'sticky', 'client/server', 'nginx', 'worker SIGSTOP'),
  cellOf('Koa', 'not sticky', 'client/server', 'nginx', 'rolling restart of all workers'),
  cellOf('Express', 'not sticky', 'client/server', 'none', 'worker SIGTERM with drain'),
  cellOf('Koa', 'sticky', 'client/server', 'HAProxy', 'member SIGSTOP'),
  cellOf('Fastify', 'not sticky', 'client/server', 'HAProxy', 'graceful member restart'),
  cellOf('Express', 'sticky', 'client/server', 'none', 'rolling restart of all members'),
  cellOf('Fastify', 'sticky', 'client/server', 'nginx', 'whole cluster away and back'),
  cellOf('Koa', 'sticky', 'peer-to-peer', 'HAProxy', 'worker SIGKILL'),
  cellOf('Express', 'not sticky', 'peer-to-peer', 'nginx', 'worker SIGTERM with drain'),
]

function cellOf(
  framework: FrameworkName,
  mode: Mode,
  topology: Topology,
  balancer: BalancerName,
  failure: FailureName,
): Cell {
  return { framework, mode, topology, balancer, failure }
}

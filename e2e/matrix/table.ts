import { FAULT_KINDS } from '../harness/fault.ts'
import { BALANCERS, FAILURES, FRAMEWORKS, MODES, titleOf, TOPOLOGIES } from './cell.ts'
import type { BalancerName, Cell, FailureName } from './cell.ts'
import type { CellResult } from './play.ts'

type Row = readonly (string | number)[]

/** A table that people can read as it is, and Markdown. */
function table(head: Row, rows: readonly Row[]): string {
  const texts = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(3, ...texts.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = [], ...others] = texts
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')
}

/** A line for each cell. */
export function tableOf(results: readonly CellResult[]): string {
  return table(
    ['cell', 'requests', 'failed', 'may fail', ...FAULT_KINDS.map((kind) => `${kind}s`), 'seconds', ''],
    results.map((result) => [
      result.title,
      result.requests,
      result.failed,
      result.bound,
      ...FAULT_KINDS.map((kind) => result.faults[kind]),
      result.seconds,
      result.problems.length === 0 ? 'ok' : `FAILED: ${result.log}`,
    ]),
  )
}

/** A line for each failure, over all its cells. */
export function summaryOf(results: readonly CellResult[]): string {
  const sum = (of: readonly CellResult[], what: (result: CellResult) => number): number =>
    of.reduce((total, result) => total + what(result), 0)
  return table(
    ['failure', 'cells', 'passed', 'requests', 'failed', 'most in a cell', ...FAULT_KINDS.map((kind) => `${kind}s`)],
    FAILURES.map((failure) => {
      const of = results.filter(({ cell }) => cell.failure === failure)
      return [
        failure,
        of.length,
        of.filter(({ problems }) => problems.length === 0).length,
        sum(of, ({ requests }) => requests),
        sum(of, ({ failed }) => failed),
        Math.max(0, ...of.map(({ failed }) => failed)),
        ...FAULT_KINDS.map((kind) => sum(of, ({ faults }) => faults[kind])),
      ]
    }),
  )
}

/** Every cell of one failure: how many requests failed, of how many. `reasonAgainst`: why a cell is not played. */
export function tableOfFailure(
  failure: FailureName,
  results: readonly CellResult[],
  reasonAgainst: (cell: Cell) => string | undefined,
): string {
  const byTitle = new Map(results.map((result) => [result.title, result]))
  const textOf = (cell: Cell): string => {
    const result = byTitle.get(titleOf(cell))
    if (result) return `${result.failed} of ${result.requests}${result.problems.length > 0 ? ' **failed**' : ''}`
    return reasonAgainst(cell) === undefined ? 'not run' : 'not played'
  }
  const rows = TOPOLOGIES.flatMap((topology) =>
    FRAMEWORKS.flatMap((framework) =>
      MODES.map((mode) => {
        const of = (balancer: BalancerName): string => textOf({ framework, mode, topology, balancer, failure })
        return [`${framework}, ${mode}, ${topology}`, ...BALANCERS.map(of)]
      }),
    ),
  )
  return table(['', ...BALANCERS.map((name) => (name === 'none' ? 'no balancer' : name))], rows)
}

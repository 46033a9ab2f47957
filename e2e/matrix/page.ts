import { EXCEPTIONS, reasonAgainst } from '../matrix.ts'
import { FAILURES } from './cell.ts'
import { BROWSERS } from './crowd.ts'
import type { CellResult } from './play.ts'
import { summaryOf, tableOfFailure } from './table.ts'

/** The page of the documentation that shows a run of the whole matrix. */
export function pageOf(results: readonly CellResult[], day: string): string {
  const hours = results.reduce((sum, { seconds }) => sum + seconds, 0) / 3600
  const exceptions = EXCEPTIONS.map(({ of, reason }) => `- ${Object.values(of).join(', ')}: ${reason}.`)
  const tables = FAILURES.map((failure) => `### ${failure}\n\n${tableOfFailure(failure, results, reasonAgainst)}`)
  return `# The matrix

The newest result of each of ${results.length} cells, as \`npm run e2e\` left them on ${day}; together they take ${hours.toFixed(1)} hours. A cell is the shop on two workers, with two members, and
${BROWSERS} browsers that write, count, read, log in and out through a failure; afterwards everything that was acknowledged is compared with what every
worker shows. What is played and how is told in [e2e/README.md](../../e2e/README.md#the-matrix). This page is written by that command.

${summaryOf(results)}

Not played:

${exceptions.join('\n')}

## Requests that failed

The answer said so (502, 503, 504), or none came. Whoever asked knows that the change may not be done.

${tables.join('\n\n')}
`
}

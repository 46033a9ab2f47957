import { FAULT_KINDS } from '../harness/fault.ts'
import type { FaultKind } from '../harness/fault.ts'
import type { Stage } from '../harness/stage.ts'
import { titleOf } from './cell.ts'
import type { Cell } from './cell.ts'
import { writeCellLog } from './cell-log.ts'
import { findingsOf } from './checker.ts'
import type { Finding } from './checker.ts'
import { BRISK, Crowd, LEISURELY } from './crowd.ts'
import { everybodyServed, FAILURE } from './failure.ts'
import type { Failure, Scene } from './failure.ts'
import type { Members } from './members.ts'
import type { Visit } from './visit.ts'
import { Workforce } from './workforce.ts'

/** Stories of browsers whose requests failed, at most, in a log. */
const SHOWN = 10

/** What came of a cell. */
export interface CellResult {
  readonly cell: Cell
  readonly title: string
  readonly seconds: number
  readonly requests: number
  /** Sessions that were begun. */
  readonly sessions: number
  readonly failed: number
  /** How many of the failed ones had which status; 0: no answer. */
  readonly failedBy: Readonly<Record<number, number>>
  /** How many may fail. */
  readonly bound: number
  readonly faults: Readonly<Record<FaultKind, number>>
  /** Everything that should not be; empty: the cell passed. */
  readonly problems: readonly string[]
  /** The file with what everybody said, of a cell that failed. */
  readonly log?: string
}

/** What a cell's load, and what came of it, are written by. */
interface Outcome {
  readonly crowd: Crowd
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
}

export interface PlayOptions {
  /** What happens. @default the cell's failure */
  readonly failure?: Failure
  /** @default the cell's */
  readonly title?: string
  /** Of the choices of browsers. @default 1 */
  readonly seed?: number
}

/** Opens the shop of a cell, lets everybody in, lets it happen, and compares what was acknowledged with what is there. */
export async function play(
  stage: Stage,
  cell: Cell,
  members: Members,
  { failure = FAILURE[cell.failure], title = titleOf(cell), seed = 1 }: PlayOptions = {},
): Promise<CellResult> {
  const begin = performance.now()
  const workforce = await Workforce.open(stage, cell, members, failure)
  const pace = cell.framework === 'Next' ? LEISURELY : BRISK
  const outcome = await withCrowd(cell, failure, {
    workforce,
    members,
    crowd: new Crowd(workforce.balancer, seed, pace),
    victim: 0,
  })
  const problems = [...outcome.problems, ...workforce.complaints]
  const seconds = Math.round((performance.now() - begin) / 1000)
  const result = { ...resultOf(cell, { ...outcome, problems }, failure.bound(cell.balancer)), title, seconds }
  if (problems.length === 0) return result
  return { ...result, log: await writeCellLog(result, concernedIn(outcome), [workforce.output, members.output]) }
}

/** Whose story may explain what went wrong: those of whom something was found, and some whose requests failed. */
function concernedIn({ findings, crowd }: Outcome): ReadonlySet<Visit> {
  const refused = crowd.visits.filter(({ failures }) => failures > 0)
  return new Set([...findings.map(({ visit }) => visit), ...refused.slice(0, SHOWN)])
}

async function withCrowd(cell: Cell, failure: Failure, scene: Scene): Promise<Outcome> {
  const { crowd, workforce } = scene
  const problems: string[] = []
  const findings: Finding[] = []
  crowd.start()
  try {
    await everybodyServed(crowd)
    await failure.happen(scene)
    await everybodyServed(crowd)
    await crowd.stop()
    findings.push(...(await findingsOf(crowd.visits, workforce.running, cell.mode === 'sticky')))
  } catch (error) {
    problems.push(`it did not come to its end: ${String(error)}`)
    await crowd.stop()
  } finally {
    scene.members.release()
    crowd.close()
  }
  const bound = failure.bound(cell.balancer)
  const failedReads = failure.sparesReads && isSparing(cell) ? crowd.failed.read : 0
  if (failedReads > 0) problems.push(`${failedReads} reads failed`)
  if (crowd.failures > bound) problems.push(`${crowd.failures} requests failed, ${bound} may`)
  problems.push(...findings.map(({ kind, visit, what }) => `${kind}: ${visit.user}: ${what}`), ...crowd.oddities)
  return { crowd, findings, problems }
}

/** A balancer sends reads again. But with a peer a member is lost as well, and those may be refused that wait for it. */
function isSparing({ balancer, topology }: Cell): boolean {
  return balancer !== 'none' && topology === 'client/server'
}

function resultOf(
  cell: Cell,
  { crowd, findings, problems }: Outcome,
  bound: number,
): Omit<CellResult, 'title' | 'seconds'> {
  const count = (kind: FaultKind): number => findings.filter((finding) => finding.kind === kind).length
  return {
    cell,
    requests: crowd.requests,
    sessions: crowd.visits.length,
    failed: crowd.failures,
    failedBy: Object.fromEntries([...crowd.statuses].filter(([status]) => status < 200 || status > 204)),
    bound,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, count(kind)])) as Record<FaultKind, number>,
    problems,
  }
}

/** Says of a cell what whoever runs it wants to know. */
export function lineOf({ title, seconds, requests, failed, failedBy, sessions }: CellResult): string {
  const by = Object.entries(failedBy).map(([status, count]) => `${count} × ${status === '0' ? 'no answer' : status}`)
  return (
    `${title}: ${seconds} s, ${requests} requests, ${sessions} sessions, ` +
    `${failed} failed${by.length > 0 ? ` (${by.join(', ')})` : ''}`
  )
}

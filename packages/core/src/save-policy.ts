/**
 * When changes of a session are written: a name, or the number that Jetty's managers have for it.
 *
 * | name | number | |
 * |---|---|---|
 * | `'attribute'` | -2 | each assignment at once |
 * | `'shutdown'` | -1 | when the manager closes |
 * | `'always'` | 0 | at the end of each request, changed or not |
 * | `'dirty'` | 1 | at the end of a request that changed something |
 * | `{ every: n }` | n > 1 | n seconds after the first change that is not written |
 */
export type SavePeriod = SaveMoment | number | { readonly every: number }

type SaveMoment = 'attribute' | 'shutdown' | 'always' | 'dirty'

/** Jetty's numbers. */
const MOMENTS: ReadonlyMap<number, SaveMoment> = new Map([
  [-2, 'attribute'],
  [-1, 'shutdown'],
  [0, 'always'],
  [1, 'dirty'],
])

/** The moment that this number means. `undefined`: none, it is a number of seconds. */
export function momentOf(period: number): SaveMoment | undefined {
  return MOMENTS.get(period)
}

/** When changed attributes are written, as the seam to HTTP and the saver ask for it. */
export class SavePolicy {
  /** Whether each assignment goes out at once, and not only the end of its request. */
  readonly savesAssignments: boolean
  /** Whether the end of a request writes even if nothing was changed. */
  readonly savesUnchanged: boolean
  /**
   * Ms after which changes are written that the answer did not wait for; `Infinity`: not before the end. `undefined`: the
   * answer waits.
   */
  readonly delay: number | undefined

  constructor(period: SavePeriod) {
    const said = typeof period === 'number' ? (momentOf(period) ?? { every: period }) : period
    this.savesAssignments = said === 'attribute'
    this.savesUnchanged = said === 'always'
    this.delay = said === 'shutdown' ? Infinity : typeof said === 'object' ? said.every * 1000 : undefined
  }

  /** What the two options together ask for; both may be left out. */
  static of(savePeriod: SavePeriod | undefined, deferredWrite: boolean | undefined): SavePolicy {
    return new SavePolicy(savePeriod ?? (deferredWrite === false ? 'attribute' : 'dirty'))
  }
}

/** What is wrong with these options together; each of them alone is right. */
export function contradictionsInSaving({
  savePeriod,
  deferredWrite,
  sticky,
}: {
  readonly savePeriod?: SavePeriod | undefined
  readonly deferredWrite?: boolean | undefined
  readonly sticky: boolean
}): string[] {
  const problems: string[] = []
  const meant = deferredWrite === undefined ? undefined : SavePolicy.of(undefined, deferredWrite)
  const policy = SavePolicy.of(savePeriod, deferredWrite)
  if (savePeriod !== undefined && meant && !isSame(meant, policy)) {
    problems.push(
      `\`savePeriod\` and \`deferredWrite\`: expected one of them, or the same of both: \`deferredWrite: ${String(deferredWrite)}\` ` +
        `means \`savePeriod: ${deferredWrite === true ? "'dirty'` (1)" : "'attribute'` (-2)"}, got ${shown(savePeriod)}`,
    )
  }
  if (!sticky && policy.delay !== undefined) {
    problems.push(
      `\`savePeriod\`: expected 'attribute' (-2), 'always' (0) or 'dirty' (1) where \`sticky\` is false, got ${shown(savePeriod)}. ` +
        'Changes that wait in one worker are not seen by the others, which get the next requests. Where the load balancer ' +
        'keeps a session at one worker, say `sticky: true`',
    )
  }
  return problems
}

function isSame(one: SavePolicy, other: SavePolicy): boolean {
  return (
    one.savesAssignments === other.savesAssignments &&
    one.savesUnchanged === other.savesUnchanged &&
    one.delay === other.delay
  )
}

function shown(period: SavePeriod | undefined): string {
  if (typeof period === 'object') return `\`{ every: ${period.every} }\``
  return `\`${typeof period === 'string' ? `'${period}'` : String(period)}\``
}

/** One report about a jar that is being fetched. */
export interface FetchProgress {
  /** `started` once, then `fetching` about twice a second, then `finished` or `failed` once. */
  readonly state: 'started' | 'fetching' | 'finished' | 'failed'
  /** The Hazelcast version. */
  readonly version: string
  /** What has arrived: the jar, and the small files that Maven reads to find it. */
  readonly receivedBytes: number
  /** Size of the jar, where it is known. */
  readonly totalBytes: number | undefined
  readonly elapsedMs: number
}

export type FetchProgressListener = (progress: FetchProgress) => void

/** What the default listener needs of a stream: `process.stderr` has it. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A listener that writes: one line that renews itself on a terminal, one plain line before and one after elsewhere. */
export function progressWriter(output: ProgressOutput): FetchProgressListener {
  return (progress) => {
    if (output.isTTY) output.write(`\r\u001b[K${describe(progress)}${isLast(progress) ? '\n' : ''}`)
    else if (progress.state !== 'fetching') output.write(`${describe(progress)}\n`)
  }
}

function isLast({ state }: FetchProgress): boolean {
  return state === 'finished' || state === 'failed'
}

function describe({ state, version, receivedBytes, totalBytes, elapsedMs }: FetchProgress): string {
  const subject = `Hazelcast ${version}`
  const seconds = `${(elapsedMs / 1000).toFixed(1)} s`
  const total = totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`
  const texts: Record<FetchProgress['state'], string> = {
    started: `Fetching ${subject} with Maven, this once ...`,
    fetching: `Fetching ${subject} with Maven: ${megabytes(receivedBytes)}${total}, ${seconds}`,
    finished: `Fetched ${subject}: ${megabytes(receivedBytes)} in ${seconds}`,
    failed: `Fetching ${subject} failed after ${seconds}`,
  }
  return texts[state]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

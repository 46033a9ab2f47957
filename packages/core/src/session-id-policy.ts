import { randomBytes } from 'node:crypto'

/** Characters of an id. A longer one is nobody's, and is not sent anywhere. */
export const LONGEST_KEY = 256

/** Whether there can be a session of this id. */
export function isKey(id: string): boolean {
  return id !== '' && id.length <= LONGEST_KEY
}

/** An id as a browser sends it: the key of the record, and perhaps the name of a worker. */
export interface QualifiedId {
  readonly id: string
  /** What follows the last dot. A hint of the balancer's, never a key or an address. */
  readonly workerName: string | undefined
}

const PREFIX = 'HZ'
const RANDOM_BYTES = 16
const GENERATED = /^HZ[0-9A-F]{32}$/

/** Makes ids, and takes them apart. The worker's name is never in the key of a record, so a take-over writes nothing. */
export class SessionIdPolicy {
  /** `HZ` and 32 upper-case hex digits: 128 bits from the system's secure source. */
  generate(): string {
    return PREFIX + randomBytes(RANDOM_BYTES).toString('hex').toUpperCase()
  }

  /** Whether an id has the form that `generate` gives. Says nothing about whether there is such a session. */
  isGenerated(id: string): boolean {
    return GENERATED.test(id)
  }

  /** `HZ...` becomes `HZ....w1`; without a worker name, itself. */
  qualify(id: string, workerName: string | undefined): string {
    return workerName === undefined ? id : `${id}.${workerName}`
  }

  /** The reverse of `qualify`. An id without a dot has no worker name. */
  parse(qualified: string): QualifiedId {
    const dot = qualified.lastIndexOf('.')
    if (dot < 1 || dot === qualified.length - 1) return { id: qualified, workerName: undefined }
    return { id: qualified.slice(0, dot), workerName: qualified.slice(dot + 1) }
  }
}

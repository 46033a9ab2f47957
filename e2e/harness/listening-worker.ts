import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PATIENT_BUDGET } from './budget.ts'
import { waitFor } from './wait-for.ts'

const PROGRAM = fileURLToPath(new URL('programs/listening-worker.mjs', import.meta.url))

export interface ListeningWorkerOptions {
  readonly name: string
  readonly clusterName: string
  readonly addresses: readonly string[]
  /** Sessions that it begins. */
  readonly begin: number
  /** Ms that its listener takes. @default 0 */
  readonly slow?: number
  /** `HZ_SESSION_…` variables. */
  readonly env: Readonly<Record<string, string>>
}

/** What a listener was told. */
export interface Destroyed {
  readonly destroyed: string
  readonly reason: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Begun {
  readonly begun: string
  readonly number: number
}

/** A process that begins sessions and says what it hears of their ends. */
export class ListeningWorker {
  readonly name: string
  readonly begun: Begun[] = []
  readonly destroyed: Destroyed[] = []
  /** What it said beside that: warnings and errors. */
  readonly complaints: string[] = []
  readonly #child: ChildProcess
  readonly #closed: Promise<void>
  #isReady = false

  constructor({ name, clusterName, addresses, begin, slow = 0, env }: ListeningWorkerOptions) {
    this.name = name
    this.#child = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HZ_SESSION_CLUSTER_NAME: clusterName,
        HZ_SESSION_CLUSTER_MEMBERS: addresses.join(','),
        HZ_SESSION_WORKER_NAME: name,
        HZ_SESSION_OPERATION_TIMEOUT: String(PATIENT_BUDGET),
        BEGIN: String(begin),
        SLOW: String(slow),
        ...env,
      },
    })
    const { stdout, stderr } = this.#child
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#note(line))
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.complaints.push(line))
    this.#closed = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', () => resolve())
    })
  }

  /** Resolves when its sessions are stored. */
  async ready(): Promise<this> {
    await waitFor(`the worker ${this.name} has begun its sessions`, () => this.#isReady)
    return this
  }

  /** kill -9. Resolves when the process is gone, and everything that it said was heard. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  #note(line: string): void {
    const said = JSON.parse(line) as Partial<Begun & Destroyed> & { readonly ready?: boolean }
    if (said.ready === true) this.#isReady = true
    if (said.begun !== undefined) this.begun.push(said as Begun)
    if (said.destroyed !== undefined) this.destroyed.push(said as Destroyed)
  }
}

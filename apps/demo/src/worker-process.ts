import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isWorkerMessage } from './worker-message.ts'
import type { WorkerMessage } from './worker-message.ts'

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url))

/** A worker as the page shows it. */
export interface WorkerState {
  readonly name: string
  readonly state: 'starting' | 'serving' | 'waiting for a member' | 'dead'
  readonly pid: number | undefined
  readonly member: { readonly address: string; readonly pid: number } | undefined
}

export interface WorkerProcessOptions {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly onNews: (text: string) => void
  readonly onChange: () => void
}

/** One worker: its process, which comes and goes, and what it said last. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions
  #child: ChildProcess | undefined
  #port: number | undefined
  #isReady = false
  #member: WorkerState['member']

  constructor(options: WorkerProcessOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  /** Where it listens; `undefined`: it does not. */
  get port(): number | undefined {
    return this.#port
  }

  get state(): WorkerState {
    const { pid } = this.#child ?? {}
    return { name: this.name, state: this.#describe(), pid, member: this.#member && { ...this.#member } }
  }

  start(): void {
    if (this.#child) return
    const { name, env } = this.#options
    const child = fork(PROGRAM, [], {
      env: { ...process.env, ...env, HZ_SESSION_WORKER_NAME: name },
      // Ctrl-C is for the demo, which stops its workers in order.
      detached: true,
    })
    this.#child = child
    child.on('message', (message) => {
      if (isWorkerMessage(message)) this.#hear(message)
    })
    child.once('exit', () => this.#gone())
    this.#options.onNews(`${name} is starting`)
    this.#options.onChange()
  }

  /** kill -9, of the process alone: its member ends with it. */
  kill(): void {
    this.#options.onNews(`${this.name} is killed (SIGKILL), and its member with it`)
    this.#child?.kill('SIGKILL')
  }

  /** kill -9 of its member. */
  killMember(): void {
    const { pid } = this.#member ?? {}
    if (pid === undefined) return
    this.#member = undefined
    this.#options.onNews(`the member of ${this.name} is killed (SIGKILL); its sessions have copies on the others`)
    process.kill(pid, 'SIGKILL')
    this.#options.onChange()
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === 'listening') this.#port = message.port
    if (message.kind === 'ready') this.#isReady = message.isReady
    if (message.kind === 'member') this.#member = { address: message.address, pid: message.pid }
    if (message.kind === 'member') this.#options.onNews(`${this.name} has a member at ${message.address}`)
    if (message.kind === 'news') this.#options.onNews(`${this.name} ${message.text}`)
    this.#options.onChange()
  }

  #gone(): void {
    this.#child = undefined
    this.#port = undefined
    this.#isReady = false
    this.#member = undefined
    this.#options.onChange()
  }

  #describe(): WorkerState['state'] {
    if (!this.#child) return 'dead'
    if (this.#port === undefined) return 'starting'
    return this.#isReady ? 'serving' : 'waiting for a member'
  }
}

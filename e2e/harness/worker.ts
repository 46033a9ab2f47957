import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PATIENT_BUDGET } from './budget.ts'
import { waitFor } from './wait-for.ts'

/** How the shop gets its sessions: our store under express-session as it is, or our middleware in its place. */
export type Door = 'store' | 'middleware'

/** What the shop is built with. */
export type Framework = 'express' | 'koa' | 'fastify'

const PROGRAMS: Readonly<Record<Door, string>> = { store: 'server-with-store.js', middleware: 'server.js' }

function shopOf(framework: Framework, door: Door): string {
  return fileURLToPath(new URL(`../../apps/${framework}/dist/${PROGRAMS[door]}`, import.meta.url))
}

export const SHOP_ON_EXPRESS_4: string = fileURLToPath(new URL('programs/express4-shop.mjs', import.meta.url))

/** Every worker of one shop knows it. Without a comma: that would make it a list. */
export const SECRET = 'the secret of every shop under test and long enough'
const URL_SHOWN = /http:\/\/127\.0\.0\.1:\d+/
/** What a process says of mistakes that no request was told of. */
const MISTAKES = /unhandled|uncaught|MaxListenersExceeded|ERR_HTTP_HEADERS_SENT|Assertion failed/i
const START_LIMIT = 120_000
const KEPT_LINES = 400

export interface WorkerOptions {
  readonly name: string
  readonly clusterName: string
  readonly addresses: readonly string[]
  readonly mapName: string
  /** @default 'store' */
  readonly door?: Door
  /** @default 'express' */
  readonly framework?: Framework | undefined
  /** Whether sessions are bound to workers; only at the middleware's door, and there the default. */
  readonly sticky?: boolean | undefined
  /** @default the shop on that framework, at that door */
  readonly program?: string
  /** What the program is called with. */
  readonly args?: readonly string[]
  /** Ms that a load has, and a save. @default 15 s, for scenarios that are not about time */
  readonly operationTimeout?: number | undefined
  /** Further `HZ_SESSION_…` variables. */
  readonly env?: Readonly<Record<string, string>>
}

export interface WorkerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One process of the shop. */
export class Worker {
  readonly name: string
  /** Resolves with how the process ended. */
  readonly exited: Promise<WorkerExit>
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #listeners = new Set<(line: string) => void>()
  #url: string | undefined
  #exit: WorkerExit | undefined
  #mayEnd = false

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => this.#note(line))
    }
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  /** Spawns the process; `listening()` tells when it can be asked. */
  static spawn(options: WorkerOptions): Worker {
    const { name, door = 'store', framework = 'express', args = [] } = options
    const path = options.program ?? shopOf(framework, door)
    const child = spawn(process.execPath, [path, ...args], {
      env: environment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Worker(name, child)
  }

  async listening(): Promise<this> {
    await waitFor(`the worker ${this.name} listens`, () => this.#url ?? this.#exit, START_LIMIT)
    if (this.#exit) throw new Error(this.describe('ended before it listened'))
    return this
  }

  get url(): string {
    if (this.#url === undefined) throw new Error(`The worker ${this.name} does not listen yet.`)
    return this.#url
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#exit === undefined
  }

  /** Everything it wrote, standard output and error together; the newest lines of a long story. */
  get output(): string {
    return this.#lines.join('\n')
  }

  /** Resolves when it writes a line like this, from now on. */
  nextLine(pattern: RegExp, patience = START_LIMIT): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        clearTimeout(timer)
        this.#listeners.delete(listener)
        outcome()
      }
      const listener = (line: string): void => {
        if (pattern.test(line)) settle(resolve)
      }
      const late = new Error(`The worker ${this.name} wrote nothing like ${pattern} within ${patience} ms.`)
      const timer = setTimeout(() => settle(() => reject(late)), patience)
      this.#listeners.add(listener)
    })
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#mayEnd = true
    this.#child.kill('SIGKILL')
    await this.exited
  }

  /** SIGTERM, as a deployment does; the process shall then end by itself. */
  terminate(): void {
    this.#mayEnd = true
    this.#child.kill('SIGTERM')
  }

  /** What is wrong with this process, when nobody did anything to it; `undefined`: nothing. */
  get complaint(): string | undefined {
    if (!this.#mayEnd && this.#exit) return this.describe(`ended by itself (${JSON.stringify(this.#exit)})`)
    const mistake = this.#lines.find((line) => MISTAKES.test(line))
    return mistake === undefined ? undefined : this.describe(`said "${mistake}"`)
  }

  describe(what: string): string {
    return `The worker ${this.name} ${what}. Its output:\n${this.#lines.slice(-40).join('\n')}`
  }

  #note(line: string): void {
    for (const listener of this.#listeners) listener(line)
    this.#lines.push(line)
    if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    this.#url ??= URL_SHOWN.exec(line)?.[0]
  }
}

function environment(options: WorkerOptions): NodeJS.ProcessEnv {
  const { name, clusterName, addresses, mapName, sticky, operationTimeout = PATIENT_BUDGET, env } = options
  // Nothing of the machine's own configuration, and nothing of the test runner.
  const inherited = Object.entries(process.env).filter(([key]) => !/^(HZ_|VITEST|NODE_|TEST$)/.test(key))
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    PORT: '0',
    HZ_SESSION_CLUSTER_MEMBERS: addresses.join(','),
    HZ_SESSION_CLUSTER_NAME: clusterName,
    HZ_SESSION_MAP_NAME: mapName,
    HZ_SESSION_WORKER_NAME: name,
    HZ_SESSION_SECRET: SECRET,
    HZ_SESSION_OPERATION_TIMEOUT: String(operationTimeout),
    ...(sticky === undefined ? {} : { HZ_SESSION_STICKY: String(sticky) }),
    ...env,
  }
}

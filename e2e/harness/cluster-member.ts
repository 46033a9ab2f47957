import { startMember } from '@hazelcast-session/member'
import type { Member, StartMemberOptions } from '@hazelcast-session/member'
import { HAND_OVER } from './hand-over.ts'

const KEPT_LINES = 20
/** Of a line; the client list of a member's warning alone is longer than a screen is wide. */
const KEPT_LENGTH = 300
/** Of what a member says of its work: who is there, and that everything is where it belongs. */
const NEWS = /Members \{size:|migration tasks|partition table/

/** One member of a cluster under test: always at the same address, whatever is done to its process. */
export class ClusterMember {
  /** `host:port` where clients and other members reach it. */
  readonly address: string
  readonly #options: StartMemberOptions
  readonly #lines: string[] = []
  #news: string[] = []
  #member: Member | undefined

  constructor(address: string, options: StartMemberOptions) {
    this.address = address
    this.#options = options
  }

  async start(): Promise<void> {
    const note = (message: string): void => {
      this.#lines.push(message.slice(0, KEPT_LENGTH))
      if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    }
    const hear = (message: string): void => {
      if (NEWS.test(message)) this.#news.push(message)
    }
    const log = { debug: hear, info: () => undefined, warn: note, error: note }
    this.#news = []
    this.#member = await startMember({ gracefulSeconds: HAND_OVER, ...this.#options, log })
  }

  /** The newest warnings and errors. */
  get lines(): readonly string[] {
    return this.#lines
  }

  /** What it has said since its start of who is there and of what is moved. */
  get output(): string {
    return this.#news.join('\n')
  }

  /** kill -9: no goodbye to anybody. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const member = this.#member
    if (!member) return
    this.#member = undefined
    this.#news = []
    // A frozen process dies of it as well.
    signal(member.pid, 'SIGKILL')
    await member.exited
  }

  /** Stops the process in order, so that it hands its data over. Resolves when it is gone. */
  async stop(): Promise<void> {
    const member = this.#running
    this.#member = undefined
    this.#news = []
    await member.stop()
  }

  /** The process stops where it is: connections stay open and nothing answers. */
  freeze(): void {
    signal(this.#running.pid, 'SIGSTOP')
  }

  thaw(): void {
    signal(this.#running.pid, 'SIGCONT')
  }

  get #running(): Member {
    if (!this.#member) throw new Error(`The member ${this.address} does not run.`)
    return this.#member
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

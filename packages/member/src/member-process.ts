import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { bulleted, MemberError, throwIfAborted } from './member-error.ts'
import type { MemberFolder } from './member-folder.ts'
import type { MemberOutput } from './member-log.ts'
import { failureHints } from './start-failure.ts'
import { spawnWatched } from './watchdog.ts'

/** How a member's process ended. A member that was stopped in order ends with code 143. */
export interface MemberExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface MemberCommand {
  readonly java: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** From a TERM to the KILL, in seconds. */
  readonly killAfterSeconds: number
}

const READY_POLL_MS = 20
const SHOWN_LINES = 15

/** A member's JVM, from its spawn to its end. */
export class MemberProcess {
  /** Resolves when the process is gone and its folder too; never rejects. */
  readonly exited: Promise<MemberExit>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #folder: MemberFolder
  readonly #output: MemberOutput
  readonly #killAfterSeconds: number
  #exit: MemberExit | undefined
  #failure: Error | undefined
  #stopping: Promise<void> | undefined

  constructor(command: MemberCommand, folder: MemberFolder, output: MemberOutput) {
    const { java, args, env, killAfterSeconds } = command
    this.#folder = folder
    this.#output = output
    this.#killAfterSeconds = killAfterSeconds
    this.#child = spawnWatched({ command: java, args, folder: folder.path, killAfterSeconds, env })
    for (const input of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input, crlfDelay: Infinity }).on('line', (line) => output.add(line))
    }
    this.exited = this.#untilExit()
  }

  /** Undefined when the process could not be started at all. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** True from the first `stop()` or `kill()` on. */
  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  /**
   * Resolves with the port once the member is ready for clients.
   *
   * @throws {MemberError} `MEMBER_EXITED`, `START_TIMEOUT`, `ABORTED`; the process is then still to be killed.
   */
  async ready(timeoutMs: number, signal: AbortSignal | undefined): Promise<number> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      throwIfAborted(signal)
      const port = await this.#folder.readPort()
      if (this.#exit) throw this.#startFailure(this.#exit)
      if (port !== undefined) return port
      if (performance.now() > deadline) throw this.#timeout(timeoutMs)
      await sleep(READY_POLL_MS)
    }
  }

  /** Lets this process end while the member runs; the watchdog then ends the member. */
  unref(): void {
    this.#child.unref()
    for (const stream of this.#child.stdio) if (stream instanceof Socket) stream.unref()
  }

  /** TERM, and KILL after the grace; resolves when the process is gone. Later calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end('SIGTERM', this.#killAfterSeconds)
    return this.#stopping
  }

  /** Ends a process that nobody uses yet. */
  kill(): Promise<void> {
    this.#stopping ??= this.#end('SIGKILL', 0)
    return this.#stopping
  }

  async #end(signal: NodeJS.Signals, killAfterSeconds: number): Promise<void> {
    if (this.#exit) return
    this.#child.ref()
    this.#child.kill(signal)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), killAfterSeconds * 1000)
    await this.exited
    clearTimeout(timer)
  }

  async #untilExit(): Promise<MemberExit> {
    const exit = await new Promise<MemberExit>((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = error
        if (this.#child.pid === undefined) resolve({ code: null, signal: null })
      })
      this.#child.once('close', (code, signal) => resolve({ code, signal }))
    })
    await this.#folder.remove()
    this.#exit = exit
    return exit
  }

  #startFailure(exit: MemberExit): MemberError {
    const lines = this.#output.lastLines(SHOWN_LINES)
    const hints = failureHints(lines)
    const how = this.#failure ? `could not be started: ${this.#failure.message}` : describeExit(exit)
    return new MemberError(
      'MEMBER_EXITED',
      `The Hazelcast member ${how}, before it was ready.` +
        bulleted(hints) +
        (lines.length > 0 ? `\nIts last lines:${bulleted(lines)}` : ''),
      { cause: this.#failure },
    )
  }

  #timeout(timeoutMs: number): MemberError {
    return new MemberError(
      'START_TIMEOUT',
      `The Hazelcast member was not ready after ${timeoutMs} ms (startTimeoutMs). On a busy machine allow it more. When it joins others: ` +
        'something that is no Hazelcast member, yet accepts connections on a port of `members`, makes a start hang.' +
        `\nIts last lines:${bulleted(this.#output.lastLines(SHOWN_LINES))}`,
    )
  }
}

/** "ended with exit code 3" or "was ended by SIGKILL". */
export function describeExit({ code, signal }: MemberExit): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
}

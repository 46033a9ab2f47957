import { execFile, type ExecFileException } from 'node:child_process'

/** How a short-lived command ended. */
export interface CommandRun {
  /** Absent when the command ended with exit code 0. */
  readonly failure?: ExecFileException
  /** Standard output and standard error, without terminal colours. */
  readonly output: string
}

export interface CommandLimits {
  readonly timeoutMs: number
  readonly cwd?: string
  readonly signal?: AbortSignal | undefined
}

// Maven colours its errors even in batch mode.
// oxlint-disable-next-line no-control-regex
const TERMINAL_COLOURS = /\u001b\[[0-9;]*m/g

/** Runs a command to its end. A command that is missing, fails, is killed or takes too long is no rejection: see `failure`. */
export function runCommand(command: string, args: readonly string[], limits: CommandLimits): Promise<CommandRun> {
  const { timeoutMs, cwd, signal } = limits
  const options = { timeout: timeoutMs, cwd, signal, maxBuffer: 16 * 1024 * 1024 }
  return new Promise((resolve) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const output = `${stdout}\n${stderr}`.replace(TERMINAL_COLOURS, '').trim()
      resolve(error === null ? { output } : { failure: error, output })
    })
    child.stdin?.end()
  })
}

/** Where the member's log goes: any logger with these four methods. */
export interface MemberLog {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Warnings and errors to standard error, the rest nowhere. */
export const stderrLog: MemberLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void process.stderr.write(`${message}\n`),
  error: (message) => void process.stderr.write(`${message}\n`),
}

/** For java.util.logging's SimpleFormatter: level, logger, message, stack trace. */
export const LOG_FORMAT = '%4$s|%3$s|%5$s%6$s%n'

/** Warnings about what was asked for: a member on its own. */
const EXPECTED = /No join method is enabled! Starting standalone/

const KEPT_LINES = 60
const RECORD = /^(SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST)\|([^|]*)\|(.*)$/
/** What Hazelcast puts before each message: `[127.0.0.1]:5701 [cluster] [5.7.0]`. */
const IDENTITY = /^\[([^\]]+)\]:(\d+) \[(.+)\] \[\d+\.\d+[^\]]*\] /

type Level = 'debug' | 'warn' | 'error'

/** Reads the member's output line by line: forwards it, keeps the last lines for an error, notes what the member calls itself. */
export class MemberOutput {
  readonly #log: MemberLog
  readonly #lines: string[] = []
  #level: Level = 'debug'
  #host: string | undefined
  #clusterName: string | undefined

  constructor(log: MemberLog) {
    this.#log = log
  }

  /** The address in the member's log; undefined when its logging was set up in another way. */
  get host(): string | undefined {
    return this.#host
  }

  get clusterName(): string | undefined {
    return this.#clusterName
  }

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    const record = RECORD.exec(line)
    const text = record?.[3] ?? line
    // A line without a level goes on with the record before it; an uncaught exception begins one of its own.
    if (record) this.#level = levelOf(record[1])
    else if (line.startsWith('Exception in thread')) this.#level = 'error'
    this.#noteIdentity(text)
    this.#log[EXPECTED.test(text) ? 'debug' : this.#level](`[hazelcast] ${text}`)
  }

  /** The last lines worth showing in an error: no stack frames. */
  lastLines(count: number): string[] {
    return this.#lines.filter((line) => !/^\s*(at |\.\.\. \d+ more)/.test(line) && line.trim() !== '').slice(-count)
  }

  #noteIdentity(text: string): void {
    const identity = IDENTITY.exec(text)
    if (!identity) return
    this.#host = identity[1]
    this.#clusterName = identity[3]
  }
}

function levelOf(name: string | undefined): Level {
  if (name === 'SEVERE') return 'error'
  return name === 'WARNING' ? 'warn' : 'debug'
}

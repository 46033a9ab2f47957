/**
 * Where this library writes what an operator should know. `console` is one; so is a pino or winston logger.
 * Messages never hold session ids, secrets or attribute values.
 */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

const PREFIX = '[hazelcast-session]'

function silent(): void {}

/** Writes warnings and errors to the console, and with `debug` everything else too. */
export function consoleLogger(debug: boolean): Logger {
  /* oxlint-disable no-console -- this is the one place that is the console */
  return {
    debug: debug ? (message) => console.debug(PREFIX, message) : silent,
    info: debug ? (message) => console.info(PREFIX, message) : silent,
    warn: (message) => console.warn(PREFIX, message),
    error: (message) => console.error(PREFIX, message),
  }
  /* oxlint-enable no-console */
}

/** `logger` that never throws: a fault in somebody's log must not become one in somebody's session. */
export function guardedLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger) =>
    (message: string): void => {
      try {
        logger[level](message)
      } catch {
        // There is nowhere left to say so.
      }
    }
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}

/** The text of anything that was thrown, for a log line or an error message. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.message === '' || thrown.message === 'null' ? thrown.constructor.name : thrown.message
}

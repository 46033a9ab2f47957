import type { ILogger } from 'hazelcast-client'
import type { Logger } from '../logger.ts'

/**
 * The client's own log goes where ours goes, as debug messages: what an operator has to know of its ups and downs we
 * say ourselves, once, and not with every attempt to connect.
 */
export function clientLogger(logger: Logger): ILogger {
  const write = (objectName: string, message: string): void =>
    logger.debug(`hazelcast-client ${objectName}: ${message}`)
  return {
    log: (_level, objectName, message) => write(objectName, message),
    error: write,
    warn: write,
    info: write,
    debug: () => {},
    trace: () => {},
  }
}

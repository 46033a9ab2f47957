import type { Logger } from '../../src/logger.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { SessionManager } from '../../src/session-manager.ts'
import { ScriptedStore } from '../records/scripted-store.ts'
import { ManualClock } from './manual-clock.ts'

export interface Managed {
  readonly clock: ManualClock
  readonly store: ScriptedStore
  readonly manager: SessionManager
  /** Everything that was logged, `level: message`. */
  readonly log: string[]
  /** Another manager over the same store: what another worker would be. */
  readonly other: (options?: SessionManagerOptions) => SessionManager
}

/** A manager over a scripted store, on a clock that the test moves. */
export function managed(options: SessionManagerOptions = {}): Managed {
  const clock = new ManualClock()
  const store = new ScriptedStore(clock)
  const log: string[] = []
  const logger = loggerInto(log)
  const start = (own: SessionManagerOptions): SessionManager =>
    new SessionManager({ recordStore: store, workerName: 'w1', logger, ...own }, { environment: {}, clock })
  return { clock, store, log, manager: start(options), other: (own) => start({ workerName: 'w2', ...options, ...own }) }
}

export function loggerInto(lines: string[]): Logger {
  const write =
    (level: string) =>
    (message: string): void => {
      lines.push(`${level}: ${message}`)
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

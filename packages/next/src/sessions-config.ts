import type { SessionExchangeConfig } from '@hazelcast-session/core/adapter'
import type { ResolvedCookie } from './sessions-options.ts'

/** What all requests of one application share. */
export interface SessionsConfig extends SessionExchangeConfig {
  readonly cookieOptions: ResolvedCookie
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
}

import type { SessionManagerOptions } from '@hazelcast-session/core'
import { isIntervalGiven } from '@hazelcast-session/core/adapter'

/** Gives sessions `seconds` to live without a request where nobody says how long. */
export function withDefaultInterval<Options extends SessionManagerOptions>(
  options: Options,
  environment: NodeJS.ProcessEnv,
  seconds: number,
): Options {
  return isIntervalGiven(options, environment) ? options : { ...options, maxInactiveInterval: seconds }
}

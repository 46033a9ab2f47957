import type { SessionManagerOptions } from '@hazelcast-session/core'

/** Whether the code or the environment says how long a session lives without a request. */
export function hasInterval({ maxInactiveInterval }: SessionManagerOptions, environment: NodeJS.ProcessEnv): boolean {
  return maxInactiveInterval !== undefined || Boolean(environment['HZ_SESSION_MAX_INACTIVE_INTERVAL']?.trim())
}

/** Gives sessions `seconds` to live without a request where nobody says how long. */
export function withDefaultInterval<Options extends SessionManagerOptions>(
  options: Options,
  environment: NodeJS.ProcessEnv,
  seconds: number,
): Options {
  return hasInterval(options, environment) ? options : { ...options, maxInactiveInterval: seconds }
}

import type { SessionManagerOptions } from '@hazelcast-session/core'

/** Gives sessions `seconds` to live without a request where neither the code nor the environment says how long. */
export function withDefaultInterval<Options extends SessionManagerOptions>(
  options: Options,
  environment: NodeJS.ProcessEnv,
  seconds: number,
): Options {
  const fromEnvironment = environment['HZ_SESSION_MAX_INACTIVE_INTERVAL']?.trim() ?? ''
  if (options.maxInactiveInterval !== undefined || fromEnvironment !== '') return options
  return { ...options, maxInactiveInterval: seconds }
}

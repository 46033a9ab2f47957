/** Whether the code or the environment says how long a session lives without a request. */
export function isIntervalGiven(
  { maxInactiveInterval }: { readonly maxInactiveInterval?: number | undefined },
  environment: NodeJS.ProcessEnv,
): boolean {
  return maxInactiveInterval !== undefined || Boolean(environment['HZ_SESSION_MAX_INACTIVE_INTERVAL']?.trim())
}

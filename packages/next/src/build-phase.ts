/** Whether this is `next build`, which evaluates every module, and where there is neither a request nor, maybe, a secret. */
export function isBuild(): boolean {
  return process.env['NEXT_PHASE'] === 'phase-production-build'
}

/**
 * What went wrong, for programs:
 * - `INVALID_OPTION`: options that cannot work; all of them in one message.
 * - `JAVA_NOT_FOUND`: no Java 17 or newer where we looked.
 * - `JAR_NOT_FOUND`: no member jar where we looked, and nothing to fetch one with.
 * - `JAR_DOWNLOAD_FAILED`: Maven ran and brought no jar.
 * - `JAR_CHECKSUM`: the fetched jar is not the published one.
 * - `MEMBER_EXITED`: the JVM ended before the member was ready.
 * - `START_TIMEOUT`: the member was not ready within `startTimeoutMs`.
 * - `NO_ADDRESS`: a kept member has no address of this machine to listen on, or each is taken.
 * - `ABORTED`: the caller's signal fired before the member was ready; `cause` is its reason.
 */
export type MemberErrorCode =
  | 'INVALID_OPTION'
  | 'JAVA_NOT_FOUND'
  | 'JAR_NOT_FOUND'
  | 'JAR_DOWNLOAD_FAILED'
  | 'JAR_CHECKSUM'
  | 'MEMBER_EXITED'
  | 'START_TIMEOUT'
  | 'NO_ADDRESS'
  | 'ABORTED'

/** Every failure of this package. The message says what happened, with which value, and the ways out. */
export class MemberError extends Error {
  override readonly name = 'MemberError'
  readonly code: MemberErrorCode

  constructor(code: MemberErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Throws `ABORTED`, with the signal's reason as `cause`, when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new MemberError('ABORTED', 'The start of the Hazelcast member was aborted by the signal given to it.', {
    cause: signal.reason,
  })
}

/** An indented list, one place or remedy per line. */
export function bulleted(lines: readonly string[]): string {
  return lines.map((line) => `\n  - ${line}`).join('')
}

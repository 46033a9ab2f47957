const REDIRECT = 'NEXT_REDIRECT'
const HTTP_ERROR = 'NEXT_HTTP_ERROR_FALLBACK;'

/**
 * Whether this was thrown to answer, and not because something failed: by `redirect()`, `notFound()`, `forbidden()` or
 * `unauthorized()`.
 */
export function isControlFlow(error: unknown): boolean {
  const digest = digestOf(error)
  return digest.startsWith(REDIRECT) || digest.startsWith(HTTP_ERROR)
}

/** The status of what `notFound()`, `forbidden()` and `unauthorized()` throw. `undefined`: it is none of them. */
export function httpErrorStatus(error: unknown): number | undefined {
  const digest = digestOf(error)
  return digest.startsWith(HTTP_ERROR) ? Number(digest.slice(HTTP_ERROR.length)) : undefined
}

/** How Next.js marks what it throws. */
function digestOf(error: unknown): string {
  const digest: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'digest') : undefined
  return typeof digest === 'string' ? digest : ''
}

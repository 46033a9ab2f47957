export const COOKIE = 'demo.sid'

/** What the session cookie is made of. */
export interface CookieParts {
  readonly id: string
  /** The worker that had the session last, for the load balancer; `undefined`: none is named. */
  readonly worker: string | undefined
  readonly signature: string
}

/** Reads the cookie as a load balancer can: without knowing the secret. */
export function cookieParts(header: string | undefined): CookieParts | undefined {
  const pair = header?.split('; ').find((cookie) => cookie.startsWith(`${COOKIE}=`))
  const value = /^s:(HZ[0-9A-F]{32})(?:\.([\w-]+))?\.([^.]+)$/.exec(decoded(pair?.slice(COOKIE.length + 1) ?? ''))
  return value ? { id: value[1] ?? '', worker: value[2], signature: value[3] ?? '' } : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

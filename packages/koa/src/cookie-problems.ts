import { setCookieHeader } from '@hazelcast-session/core/adapter'
import type { CookieFlags } from '@hazelcast-session/core/adapter'
import type { MiddlewareOptions } from './middleware-options.ts'

/** What no cookie can be written with, of the options that are any text: found by writing one. */
export function cookieProblems({ key, domain, path, cookie }: MiddlewareOptions): string[] {
  const isName = (name: string | undefined): boolean => name === undefined || isWritten(name, {})
  return [
    ...(isName(key) ? [] : [`\`key\`: expected the name of a cookie, got \`${key}\``]),
    ...(isName(cookie.name) ? [] : [`\`cookie.name\`: expected the name of a cookie, got \`${cookie.name}\``]),
    ...flagProblems('', { domain, path }),
    ...flagProblems('cookie.', { domain: cookie.domain, path: cookie.path }),
  ]
}

function flagProblems(prefix: string, flags: Pick<CookieFlags, 'domain' | 'path'>): string[] {
  return Object.entries(flags)
    .filter(([flag, value]) => !isWritten('a', { [flag]: value }))
    .map(([flag, value]) => `\`${prefix}${flag}\`: expected a ${flag} that a cookie can have, got \`${value}\``)
}

function isWritten(name: string, flags: CookieFlags): boolean {
  try {
    setCookieHeader({ name, value: '', flags })
    return true
  } catch {
    return false
  }
}

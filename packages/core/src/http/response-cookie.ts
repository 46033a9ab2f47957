import { stringifySetCookie } from 'cookie'
import type { SerializeOptions, SetCookie } from 'cookie'

/** What a cookie is written with; `maxAge` in seconds. */
export type CookieFlags = {
  readonly [Name in keyof Omit<SerializeOptions, 'encode'>]?: SerializeOptions[Name] | undefined
}

/**
 * A cookie on its way to the browser. In parts, and the value not encoded yet: some hosts have an interface of their own
 * for cookies, and cannot be given a header (decision 005).
 */
export interface ResponseCookie {
  readonly name: string
  readonly value: string
  readonly flags: CookieFlags
}

/** The cookie as a `Set-Cookie` header. */
export function setCookieHeader({ name, value, flags }: ResponseCookie): string {
  // As one object: from three arguments the library makes it anew, which takes V8 five times as long.
  return stringifySetCookie(Object.assign<SetCookie, object>({ name, value }, flags))
}

/** Whether the browser keeps such a cookie for some time, and not until it closes. */
export function lasts({ expires, maxAge }: CookieFlags): boolean {
  return expires !== undefined || maxAge !== undefined
}

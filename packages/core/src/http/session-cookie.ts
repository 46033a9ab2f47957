import { serialize } from 'cookie'
import type { SerializeOptions } from 'cookie'
import { sign, unsign } from 'cookie-signature'
import { cookieValues } from './cookie-header.ts'
import type { VerifiedValue } from './verified-values.ts'
import { VerifiedValues } from './verified-values.ts'

/** What a cookie is written with. */
export type CookieFlags = {
  readonly [Name in keyof Omit<SerializeOptions, 'encode'>]?: SerializeOptions[Name] | undefined
}

/** A `Set-Cookie` header. */
export function setCookieHeader(name: string, value: string, flags: CookieFlags): string {
  const given = Object.fromEntries(Object.entries(flags).filter(([, flag]) => flag !== undefined))
  return serialize(name, value, Object.assign<SerializeOptions, object>({}, given))
}

/** How express-session marks a signed value, and so do we: `s:<value>.<signature>`. */
const SIGNED = 's:'

/** The signed cookie that carries a session's id, in the format of express-session. */
export class SessionCookie {
  readonly name: string
  readonly #secrets: readonly string[]
  readonly #verified = new VerifiedValues()

  /** `secrets`: the first signs, all verify. At least one. */
  constructor(name: string, secrets: readonly string[]) {
    this.name = name
    this.#secrets = secrets
  }

  /**
   * What the request's cookie says: of several with our name, the first that verifies. `undefined` for no cookie, one
   * that is not signed, or one that was signed by somebody else.
   */
  read(cookieHeader: string | undefined): VerifiedValue | undefined {
    for (const signed of cookieValues(cookieHeader, this.name)) {
      const verified = signed.startsWith(SIGNED) ? this.#verify(signed.slice(SIGNED.length)) : undefined
      if (verified) return verified
    }
    return undefined
  }

  /** A `Set-Cookie` header that carries `value`, signed with the first secret. */
  write(value: string, flags: CookieFlags): string {
    const [first = ''] = this.#secrets
    return setCookieHeader(this.name, SIGNED + sign(value, first), flags)
  }

  /** A `Set-Cookie` header that makes the browser forget the cookie; `flags` as it was written with. */
  clear(flags: CookieFlags): string {
    const { maxAge: _, ...others } = flags
    return setCookieHeader(this.name, '', { ...others, expires: new Date(1) })
  }

  #verify(signed: string): VerifiedValue | undefined {
    const known = this.#verified.get(signed)
    if (known) return known
    for (const [index, secret] of this.#secrets.entries()) {
      const value = unsign(signed, secret)
      if (value === false) continue
      const verified = { value, isCurrent: index === 0 }
      this.#verified.set(signed, verified)
      return verified
    }
    return undefined
  }
}

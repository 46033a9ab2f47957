import { sign, unsign } from 'cookie-signature'
import { cookieValues } from './cookie-header.ts'
import type { CookieFlags, ResponseCookie } from './response-cookie.ts'
import type { Secret } from '../options/http-options.ts'
import type { VerifiedValue } from './verified-values.ts'
import { VerifiedValues } from './verified-values.ts'

/** How express-session marks a signed value, and so do we: `s:<value>.<signature>`. */
const SIGNED = 's:'

/** The signed cookie that carries a session's id, in the format of express-session. */
export class SessionCookie {
  readonly name: string
  readonly #secrets: readonly Secret[]
  readonly #verified = new VerifiedValues()

  /** `secrets`: the first signs, all verify. At least one. */
  constructor(name: string, secrets: readonly Secret[]) {
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

  /** The cookie that carries `value`, signed with the first secret. */
  write(value: string, flags: CookieFlags): ResponseCookie {
    const [first = ''] = this.#secrets
    return { name: this.name, value: SIGNED + sign(value, first), flags }
  }

  /** The cookie that makes the browser forget the one it has; `flags` as that was written with. */
  clear(flags: CookieFlags): ResponseCookie {
    const { maxAge: _, ...others } = flags
    return { name: this.name, value: '', flags: { ...others, expires: new Date(1) } }
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

import { cookieValues } from './cookie-header.ts'
import { SecretSigner } from './cookie-signer.ts'
import type { CookieSigner } from './cookie-signer.ts'
import type { CookieFlags, ResponseCookie } from './response-cookie.ts'
import type { Secret } from '../options/http-options.ts'
import type { VerifiedValue } from './verified-values.ts'

/** How express-session marks a signed value, and so do we: `s:<value>.<signature>`. */
const SIGNED = 's:'

/** How the cookie of one framework differs from that of express-session. */
interface CookieForm {
  /** What a signed value is marked with. A value that is marked otherwise verifies, and is not current. @default 's:' */
  readonly prefix?: string
}

/** The signed cookie that carries a session's id, in the format of express-session unless another is asked for. */
export class SessionCookie {
  readonly name: string
  readonly #signer: CookieSigner
  /** The first is written, all are read. */
  readonly #prefixes: readonly string[]

  /** `signer`, or secrets: the first signs, all verify. At least one. */
  constructor(name: string, signer: CookieSigner | readonly Secret[], { prefix }: CookieForm = {}) {
    this.name = name
    this.#signer = 'sign' in signer ? signer : new SecretSigner(signer)
    this.#prefixes = prefix === undefined ? [SIGNED] : [...new Set([prefix, SIGNED, ''])]
  }

  /**
   * What the request's cookie says: of several with our name, the first that verifies. `undefined` for no cookie, one
   * that is not signed, or one that was signed by somebody else.
   */
  read(cookieHeader: string | undefined): VerifiedValue | undefined {
    for (const signed of cookieValues(cookieHeader, this.name)) {
      const verified = this.#verify(signed)
      if (verified) return verified
    }
    return undefined
  }

  /** `value` with its signature, and without what marks it. */
  sign(value: string): string {
    return this.#signer.sign(value)
  }

  /** The cookie that carries `value`, signed with the first secret. `presented`: what this request's cookie says. */
  write(value: string, flags: CookieFlags, presented?: VerifiedValue): ResponseCookie {
    const [prefix = ''] = this.#prefixes
    const signed = presented?.isCurrent === true && presented.value === value ? presented.signed : undefined
    return { name: this.name, value: prefix + (signed ?? this.sign(value)), flags }
  }

  /** The cookie that makes the browser forget the one it has; `flags` as that was written with. */
  clear(flags: CookieFlags): ResponseCookie {
    const { maxAge: _, ...others } = flags
    return { name: this.name, value: '', flags: { ...others, expires: new Date(1) } }
  }

  #verify(signed: string): VerifiedValue | undefined {
    for (const [index, prefix] of this.#prefixes.entries()) {
      const verified = signed.startsWith(prefix) ? this.#signer.unsign(signed.slice(prefix.length)) : undefined
      if (verified) return index === 0 ? verified : { ...verified, isCurrent: false }
    }
    return undefined
  }
}

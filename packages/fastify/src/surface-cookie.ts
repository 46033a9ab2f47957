import type { CookieOptions } from '@fastify/session'
import type { CookieFlags } from '@hazelcast-session/core/adapter'

/** What a cookie is made with; `maxAge` in ms. */
export type CookieTerms = { readonly [Name in keyof CookieOptions]?: CookieOptions[Name] | undefined }

/** `request.session.cookie`: the fields and the text of the library's. */
export class SurfaceCookie {
  path: string
  secure: boolean | null
  sameSite: boolean | 'lax' | 'strict' | 'none' | null
  domain: string | null
  httpOnly: boolean
  partitioned: boolean | undefined
  priority: 'low' | 'medium' | 'high' | undefined
  /** Ms that the cookie lasts, as it was given; null: until `expires`, or until the browser closes. */
  originalMaxAge: number | null
  readonly originalExpires: Date | undefined
  #expires: Date | null = null
  #hasOwnEnd = false

  /** `isSecure`: whether the request came over TLS; asked where the options leave it to that. */
  constructor(options: CookieTerms, isSecure: () => boolean) {
    const isInsecureAuto = options.secure === 'auto' && !isSecure()
    this.path = options.path ?? '/'
    this.secure = options.secure === 'auto' ? !isInsecureAuto : (options.secure ?? null)
    this.sameSite = isInsecureAuto ? 'lax' : (options.sameSite ?? null)
    this.domain = options.domain ?? null
    this.httpOnly = options.httpOnly ?? true
    this.partitioned = options.partitioned
    this.priority = options.priority
    this.originalMaxAge = null
    this.originalExpires = options.expires ? new Date(options.expires) : undefined
    if (options.maxAge) this.maxAge = options.maxAge
    else this.#expires = this.originalExpires ?? null
  }

  get expires(): Date | null {
    return this.#expires
  }

  set expires(date: Date | null) {
    this.#expires = date
    this.#hasOwnEnd = true
  }

  /** Ms until the cookie expires. */
  get maxAge(): number | null {
    return this.#expires instanceof Date ? this.#expires.getTime() - Date.now() : null
  }

  set maxAge(ms: number) {
    this.#expires = new Date(Date.now() + ms)
    this.#hasOwnEnd = false
    this.originalMaxAge = ms
  }

  /** Ms that the session lives from now on by what the application said; null: it said nothing of this session. */
  get life(): number | null {
    return this.#hasOwnEnd ? this.maxAge : this.originalMaxAge
  }

  /** When the session is over by what the cookie was made with, however much it is used; `undefined`: that says no date. */
  get end(): Date | undefined {
    return this.#hasOwnEnd || this.originalMaxAge !== null ? undefined : this.originalExpires
  }

  /** Lets the cookie expire as long from now as it lasts. */
  touch(): void {
    if (this.originalMaxAge) this.maxAge = this.originalMaxAge
  }

  toJSON(): object {
    const { expires, originalMaxAge, originalExpires, sameSite, secure, path, httpOnly, domain, partitioned } = this
    return { expires, originalMaxAge, originalExpires, sameSite, secure, path, httpOnly, domain, partitioned }
  }

  /** What the session's cookie is written with. */
  get flags(): CookieFlags {
    const { path, domain, httpOnly, secure, sameSite, partitioned, priority, expires } = this
    return {
      path,
      domain: domain ?? undefined,
      httpOnly,
      secure: secure === true,
      sameSite: sameSite ?? undefined,
      partitioned,
      priority,
      expires: expires ?? undefined,
    }
  }
}

import { sign, unsign } from 'cookie-signature'
import type { Secret } from '../options/http-options.ts'
import type { VerifiedValue } from './verified-values.ts'
import { VerifiedValues } from './verified-values.ts'

/** Signs what a cookie carries, and tells what was signed by us. */
export interface CookieSigner {
  /** The value with its signature. */
  sign(value: string): string
  /** `undefined`: it was signed by somebody else, or not at all. */
  unsign(signed: string): VerifiedValue | undefined
}

/** Signs as express-session does: `<value>.<HMAC-SHA256, base64 without padding>`. */
export class SecretSigner implements CookieSigner {
  readonly #given: readonly Secret[]
  #secrets: readonly Secret[] = []
  #verified = new VerifiedValues()

  /** `secrets`: the first signs, all verify. At least one. The list may be changed later on. */
  constructor(secrets: readonly Secret[]) {
    this.#given = secrets
  }

  sign(value: string): string {
    const [first = ''] = this.#given
    return sign(value, first)
  }

  unsign(signed: string): VerifiedValue | undefined {
    this.#look()
    const known = this.#verified.get(signed)
    if (known) return known
    for (const [index, secret] of this.#secrets.entries()) {
      const value = unsign(signed, secret)
      if (value !== false) return this.#verified.set(signed, { value, isCurrent: index === 0 })
    }
    return undefined
  }

  /** What a secret verified that is not in the list any more, is not verified. */
  #look(): void {
    const given = this.#given
    if (given.length === this.#secrets.length && given.every((secret, index) => secret === this.#secrets[index])) return
    this.#secrets = [...given]
    this.#verified = new VerifiedValues()
  }
}

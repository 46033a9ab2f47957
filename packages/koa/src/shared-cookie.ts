import { SessionError } from '@hazelcast-session/core'
import { SessionCookie } from '@hazelcast-session/core/adapter'
import type { Secret } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'

/** What the cookie is signed with, and called. */
export interface SharedCookieOptions {
  /** As in the other applications: the first signs, all verify. */
  readonly secret: Secret | readonly Secret[]
  /** The cookie's name, as in the other applications. @default 'koa.sess' */
  readonly key?: string | undefined
}

/** Options of koa-session that make its cookie the one of the other frameworks. */
export interface SharedCookie {
  readonly key: string
  /** The library's own signature, in a cookie of its own, is not needed. */
  readonly signed: false
  readonly externalKey: {
    readonly get: (ctx: Koa.Context) => string
    readonly set: (ctx: Koa.Context, key: string) => void
  }
  readonly genid: () => string
}

/** Options of koa-session with which it reads and writes the signed cookie of express-session, and so of all our packages. */
export function sharedCookie({ secret, key = 'koa.sess' }: SharedCookieOptions, genid: () => string): SharedCookie {
  const cookie = new SessionCookie(key, secretsOf(secret))
  return {
    key,
    signed: false,
    externalKey: {
      get: (ctx) => cookie.read(ctx.headers.cookie)?.value ?? '',
      set: (ctx, id) => {
        const { name, value } = cookie.write(id, {})
        const { maxAge, sameSite, ...flags } = ctx.sessionOptions
        ctx.cookies.set(name, encodeURIComponent(value), {
          ...flags,
          signed: false,
          sameSite: sameSite ?? undefined,
          maxAge: maxAge === 'session' ? undefined : maxAge,
        })
      },
    },
    genid,
  }
}

function secretsOf(given: unknown): readonly Secret[] {
  const secrets = Array.isArray(given) ? given : [given]
  if (secrets.length > 0 && secrets.every(isSecret)) return secrets
  throw new SessionError('INVALID_OPTION', '`secret`: expected a text, or a list of texts')
}

function isSecret(value: unknown): value is Secret {
  return (typeof value === 'string' || Buffer.isBuffer(value)) && value.length > 0
}

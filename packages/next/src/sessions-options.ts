import type { SessionManagerOptions } from '@hazelcast-session/core'
import { adapterOptions, httpOptions } from '@hazelcast-session/core/adapter'
import type { HttpOptions, OptionsExtension, Secret } from '@hazelcast-session/core/adapter'
import { z } from 'zod'

/** The cookie's name and flags. */
export interface CookieOptions {
  /** @default 'hazelcast.sessionId' */
  readonly name?: string | undefined
  readonly domain?: string | undefined
  /** @default '/' */
  readonly path?: string | undefined
  /** `'auto'`: as the request came, by `X-Forwarded-Proto`. @default 'auto' */
  readonly secure?: boolean | 'auto' | undefined
  /** @default true */
  readonly httpOnly?: boolean | undefined
  /** @default 'lax' */
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Seconds that browsers keep the cookie, from the last request that changed the session; also how long a session lives
   * without a request. @default until the browser closes
   */
  readonly maxAge?: number | undefined
  /** @default false */
  readonly partitioned?: boolean | undefined
}

/** Options of `createSessions`. */
export interface SessionsOptions extends SessionManagerOptions {
  /** Signs the cookie; of several the first signs and all verify. At least 32 characters in production. */
  readonly secret?: Secret | readonly Secret[] | undefined
  readonly cookie?: CookieOptions | undefined
  /** Put the worker's name in a plain cookie of its own, `true`: `hzroute`, in place of the id's suffix. @default false */
  readonly routeCookie?: boolean | string | undefined
}

/** The cookie's options after everything was read, checked and filled in. */
export interface ResolvedCookie {
  readonly name: string
  readonly domain: string | undefined
  readonly path: string
  readonly secure: boolean | 'auto'
  readonly httpOnly: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly maxAge: number | undefined
  readonly partitioned: boolean
}

/** What adapters read; the manager reads the rest. */
interface AdapterOptions extends HttpOptions {
  readonly cookie: ResolvedCookie
}

const cookie: z.ZodType<ResolvedCookie> = z.strictObject({
  name: z.string().min(1).default('hazelcast.sessionId'),
  domain: z
    .string()
    .optional()
    .transform((domain) => domain),
  path: z.string().startsWith('/').default('/'),
  secure: z.union([z.boolean(), z.literal('auto')]).default('auto'),
  httpOnly: z.boolean().default(true),
  sameSite: z.enum(['lax', 'strict', 'none']).default('lax'),
  maxAge: z
    .number()
    .positive()
    .optional()
    .transform((maxAge) => maxAge),
  partitioned: z.boolean().default(false),
})

/** Readers of everything that the session manager does not read. */
function extension(environment: NodeJS.ProcessEnv): OptionsExtension<AdapterOptions> {
  const { fields, readings, contradictions } = httpOptions(environment)
  return {
    fields: { ...fields, cookie: z.preprocess((value) => value ?? {}, cookie) },
    readings: { ...readings, 'cookie.name': 'text' },
    contradictions,
  }
}

/** Everything that was given. Throws `INVALID_OPTION` with all that is wrong. */
export function readOptions(given: SessionsOptions): ReturnType<typeof adapterOptions<AdapterOptions>> {
  return adapterOptions(given, process.env, extension(process.env))
}

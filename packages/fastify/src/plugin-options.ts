import type { FastifySessionOptions, SessionStore } from '@fastify/session'
import type { SessionManagerOptions } from '@hazelcast-session/core'
import { httpOptions, importOption } from '@hazelcast-session/core/adapter'
import type { CookieSigner, HttpOptions, OptionsExtension, Secret } from '@hazelcast-session/core/adapter'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { CookieTerms } from './surface-cookie.ts'

/** A signer of the application, as @fastify/cookie knows it. */
type LibrarySigner = Exclude<FastifySessionOptions['secret'], string | string[]>

/** A store of @fastify/session's kind to take sessions over from. */
export type ImportStore = Pick<SessionStore, 'get' | 'destroy'>

/** The library's flags of a cookie, and the cookie's name as the other packages spell it. */
interface CookieSettings extends Omit<CookieTerms, 'encode'> {
  readonly name?: string | undefined
}

/** Options of @fastify/session 11.1, which mean here what they mean there. */
interface LibraryOptions {
  /** Name of the cookie. @default 'sessionId' */
  readonly cookieName?: string | undefined
  /** What the cookie's value is marked with. A cookie without it, or with 's:', is understood. @default 's:' */
  readonly cookiePrefix?: string | undefined
  /** The cookie's flags, `maxAge` in milliseconds. @default { path: '/', httpOnly: true, secure: true } */
  readonly cookie?: CookieSettings | undefined
  /** Makes the id of a new session. @default `HZ` and 32 hex digits */
  readonly idGenerator?: ((request: FastifyRequest) => string) | undefined
  /** Set the cookie with every response. @default true */
  readonly rolling?: boolean | undefined
  /** Store sessions that nobody put anything in. @default true */
  readonly saveUninitialized?: boolean | undefined
}

/** Options of `hazelcastSession`. */
export interface HazelcastSessionOptions extends SessionManagerOptions, LibraryOptions {
  /** Signs the cookie; of several the first signs and all verify. At least 32 characters in production. Or a signer. */
  readonly secret?: Secret | readonly Secret[] | LibrarySigner | undefined
  /** Put the worker's name in a plain cookie of its own, `true`: `hzroute`, in place of the id's suffix. @default false */
  readonly routeCookie?: boolean | string | undefined
  /** Requests that need no session: it is not even loaded. For static files. */
  readonly skip?: ((request: FastifyRequest) => boolean) | undefined
  /** The store of before. A session that is not in the cluster is looked for there, once, and moved. */
  readonly importFrom?: ImportStore | undefined
}

export interface PluginOptions extends Omit<HttpOptions, 'secret'> {
  readonly secret: CookieSigner | readonly Secret[]
  readonly cookieName: string | undefined
  readonly cookiePrefix: string
  readonly cookie: CookieSettings
  readonly idGenerator: LibraryOptions['idGenerator']
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly skip: HazelcastSessionOptions['skip']
  readonly importFrom: ImportStore | undefined
  readonly store: undefined
  readonly algorithm: 'sha256' | undefined
}

/** As the library's. */
const DEFAULT_NAME = 'sessionId'
/** As express-session's, so that all frameworks share the cookie. */
const DEFAULT_PREFIX = 's:'

const cookieFields = z.strictObject({
  name: z.string().min(1).optional(),
  path: z.string().optional(),
  domain: z.string().optional(),
  httpOnly: z.boolean().optional(),
  secure: z.union([z.boolean(), z.literal('auto')]).default(true),
  sameSite: z.union([z.boolean(), z.enum(['lax', 'strict', 'none'])]).optional(),
  maxAge: z.number().optional(),
  expires: z.date().optional(),
  partitioned: z.boolean().optional(),
  priority: z.enum(['low', 'medium', 'high']).optional(),
})

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isSigner(value: unknown): value is LibrarySigner {
  if (typeof value !== 'object' || value === null) return false
  return isFunction(Reflect.get(value, 'sign')) && isFunction(Reflect.get(value, 'unsign'))
}

/** A signer as the core knows it. */
function signerOf(signer: LibrarySigner): CookieSigner {
  return {
    sign: (value) => signer.sign(value),
    unsign: (signed) => {
      const { valid, renew, value } = signer.unsign(signed)
      return valid && value !== null ? { value, isCurrent: !renew } : undefined
    },
  }
}

/** Secrets, of which a list stays the one that was given: the application may change it. Or a signer. */
function secretField(secrets: z.ZodType<readonly Secret[]>): z.ZodType<PluginOptions['secret']> {
  return z.unknown().transform((value, context): PluginOptions['secret'] => {
    if (isSigner(value)) return signerOf(value)
    const parsed = secrets.safeParse(value)
    for (const { path, message } of parsed.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path, message, input: value })
    }
    return Array.isArray(value) ? value : (parsed.data ?? [])
  })
}

/** Each way to say what the cookie is called. */
function namesIn({ cookieName, cookie }: PluginOptions): string[] {
  return [cookieName, cookie.name].filter((given) => given !== undefined)
}

/** What the cookie is called. */
export function nameOf(options: PluginOptions): string {
  const [given = DEFAULT_NAME] = namesIn(options)
  return given
}

/** Readers of everything that the session manager does not read. */
export function pluginOptions(environment: NodeJS.ProcessEnv): OptionsExtension<PluginOptions> {
  const http = httpOptions(environment)
  return {
    fields: {
      routeCookie: http.fields.routeCookie,
      secret: secretField(http.fields.secret),
      cookieName: z.string().min(1).optional(),
      cookiePrefix: z.string().default(DEFAULT_PREFIX),
      cookie: cookieFields.prefault({}),
      idGenerator: z.custom<NonNullable<LibraryOptions['idGenerator']>>(isFunction, 'expected a function').optional(),
      rolling: z.boolean().default(true),
      saveUninitialized: z.boolean().default(true),
      skip: z.custom<NonNullable<PluginOptions['skip']>>(isFunction, 'expected a function').optional(),
      importFrom: importOption<ImportStore>(),
      store: z
        .undefined('expected none: sessions are kept in Hazelcast. `importFrom` moves those of another store there')
        .optional(),
      algorithm: z
        .literal('sha256', "expected 'sha256', with which all frameworks sign; for another give a signer as `secret`")
        .optional(),
    },
    readings: { ...http.readings, 'cookie.name': 'text' },
    contradictions: (options) =>
      namesIn(options).length > 1 ? ['`cookieName` and `cookie.name`: expected one of them'] : [],
  }
}

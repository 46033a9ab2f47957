import type { SessionManagerOptions } from '@hazelcast-session/core'
import type { HttpOptions, OptionsExtension, Secret } from '@hazelcast-session/core/adapter'
import { httpOptions, importOption } from '@hazelcast-session/core/adapter'
import type session from 'express-session'
import { z } from 'zod'

/** Express's request, by way of the library's types: a dependency on express itself would be one too many. */
export type Request = Parameters<ReturnType<typeof session>>[0]

/** A store of express-session's kind to take sessions over from. */
export type ImportStore = Pick<session.Store, 'get' | 'destroy'>

/** The library's flags of a cookie. It understands a `sameSite` that its types do not know. */
export interface CookieFlagSettings extends Omit<session.CookieOptions, 'sameSite'> {
  readonly sameSite?: session.CookieOptions['sameSite'] | 'auto'
}

/** The library's flags of a cookie, and the cookie's name as the other packages spell it. */
interface CookieSettings extends CookieFlagSettings {
  readonly name?: string | undefined
}

/** Options of express-session 1.19, which mean here what they mean there. */
interface LibraryOptions {
  /** Name of the cookie. @default 'connect.sid' */
  readonly name?: string | undefined
  /** An old spelling of `name`. */
  readonly key?: string | undefined
  /** The cookie's flags, `maxAge` in milliseconds; a function is asked for each new session. */
  readonly cookie?: CookieSettings | ((req: Request) => CookieFlagSettings) | undefined
  /** Makes the id of a new session. @default `HZ` and 32 hex digits */
  readonly genid?: ((req: Request) => string) | undefined
  /** Whether `X-Forwarded-Proto` says that a request is secure. @default what Express's `trust proxy` says */
  readonly proxy?: boolean | undefined
  /** Accepted and without effect: what was not changed need not be written to stay. @default true */
  readonly resave?: boolean | undefined
  /** Set the cookie with every response. @default false */
  readonly rolling?: boolean | undefined
  /** Store sessions that nobody put anything in. @default true */
  readonly saveUninitialized?: boolean | undefined
  /** Whether `req.session = null` ends the session, or only what this request sees of it. @default 'keep' */
  readonly unset?: 'destroy' | 'keep' | undefined
}

/** Options of `hazelcastSession`. */
export interface HazelcastSessionOptions extends SessionManagerOptions, LibraryOptions {
  /**
   * Signs the cookie; of several the first signs and all verify. At least 32 characters in production. Texts and buffers:
   * other keys, which the library's types allow, are refused at the start.
   */
  readonly secret?: session.SessionOptions['secret'] | readonly Secret[] | undefined
  /** Put the worker's name in a plain cookie of its own, `true`: `hzroute`, in place of the id's suffix. @default false */
  readonly routeCookie?: boolean | string | undefined
  /** Requests that need no session: it is not even loaded. For static files. */
  readonly skip?: ((req: Request) => boolean) | undefined
  /** The store of before. A session that is not in the cluster is looked for there, once, and moved. */
  readonly importFrom?: ImportStore | undefined
}

export interface MiddlewareOptions extends HttpOptions {
  readonly name: string | undefined
  readonly key: string | undefined
  readonly cookie: NonNullable<LibraryOptions['cookie']>
  readonly genid: LibraryOptions['genid']
  readonly proxy: boolean | undefined
  readonly resave: boolean
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'destroy' | 'keep'
  readonly skip: HazelcastSessionOptions['skip']
  readonly importFrom: ImportStore | undefined
  readonly store: undefined
}

/** As the library's. */
const DEFAULT_NAME = 'connect.sid'

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** The library does not mind capitals. */
function lowerCased(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

const cookieFields = z.strictObject({
  name: z.string().min(1).optional(),
  path: z.string().optional(),
  domain: z.string().optional(),
  httpOnly: z.boolean().optional(),
  secure: z.union([z.boolean(), z.literal('auto')]).optional(),
  sameSite: z
    .union([z.boolean(), z.literal('auto'), z.preprocess(lowerCased, z.enum(['lax', 'strict', 'none']))])
    .optional(),
  maxAge: z.number().nullable().optional(),
  expires: z.date().nullable().optional(),
  partitioned: z.boolean().optional(),
  priority: z.preprocess(lowerCased, z.enum(['low', 'medium', 'high'])).optional(),
})

function isCookieFunction(value: unknown): value is (req: Request) => CookieFlagSettings {
  return isFunction(value)
}

/** Flags, each named in an error if it is wrong; or a function, whose flags nobody checks. */
const cookieFlags = z.unknown().transform((value, context): MiddlewareOptions['cookie'] => {
  if (isCookieFunction(value)) return value
  const parsed = cookieFields.safeParse(value)
  for (const issue of parsed.error?.issues ?? []) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : []
    const message = unknown.length > 0 ? 'there is no such flag' : issue.message
    context.addIssue({ code: 'custom', path: [...issue.path, ...unknown.slice(0, 1)], message, input: value })
  }
  // What was given, and not what was parsed: of `maxAge` and `expires` the last one counts.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as CookieFlagSettings
})

/** Each way to say what the cookie is called. */
function namesIn({ name, key, cookie }: MiddlewareOptions): string[] {
  return [name, key, typeof cookie === 'function' ? undefined : cookie.name].filter((given) => given !== undefined)
}

/** What the cookie is called. */
export function cookieName(options: MiddlewareOptions): string {
  const [given = DEFAULT_NAME] = namesIn(options)
  return given
}

/** Readers of everything that the session manager does not read. */
export function middlewareOptions(environment: NodeJS.ProcessEnv): OptionsExtension<MiddlewareOptions> {
  const http = httpOptions(environment)
  return {
    fields: {
      ...http.fields,
      name: z.string().min(1).optional(),
      key: z.string().min(1).optional(),
      cookie: cookieFlags.default({}),
      genid: z.custom<NonNullable<LibraryOptions['genid']>>(isFunction, 'expected a function').optional(),
      proxy: z.boolean().optional(),
      resave: z.boolean().default(true),
      rolling: z.boolean().default(false),
      saveUninitialized: z.boolean().default(true),
      unset: z.enum(['destroy', 'keep']).default('keep'),
      skip: z.custom<NonNullable<MiddlewareOptions['skip']>>(isFunction, 'expected a function').optional(),
      importFrom: importOption<ImportStore>(),
      store: z
        .undefined('expected none: sessions are kept in Hazelcast. `importFrom` moves those of another store there')
        .optional(),
    },
    readings: { ...http.readings, 'cookie.name': 'text' },
    contradictions: (options) => [
      ...http.contradictions(options),
      ...(namesIn(options).length > 1 ? ['`name`, `key` and `cookie.name`: expected one of them'] : []),
    ],
  }
}

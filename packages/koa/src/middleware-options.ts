import type { SessionManagerOptions } from '@hazelcast-session/core'
import { httpOptions, importOption } from '@hazelcast-session/core/adapter'
import type { HttpOptions, OptionsExtension, Secret } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import { z } from 'zod'
import type { ContextSession } from './context-session.ts'
import { cookieProblems } from './cookie-problems.ts'
import type { StoredData } from './session-data.ts'

/** A store of koa-session's kind to take sessions over from; not one that is made anew for each request. */
export interface ImportStore {
  /** `maxAge`: ms. */
  get(key: string, maxAge: number, options: { rolling: boolean }): unknown
  destroy(key: string, options: object): unknown
}

/** Flags of the cookie, as koa-session gives them to `ctx.cookies.set`. */
interface CookieTerms {
  readonly domain?: string | undefined
  /** @default '/' */
  readonly path?: string | undefined
  /** Over plain HTTP an error. @default whether the request came over TLS */
  readonly secure?: boolean | undefined
  /** @default true */
  readonly httpOnly?: boolean | undefined
  /** @default none */
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none' | null | undefined
  readonly partitioned?: boolean | undefined
  readonly priority?: 'low' | 'medium' | 'high' | undefined
}

/** Options of koa-session 7, which mean here what they mean there. */
interface LibraryOptions extends CookieTerms {
  /** Name of the cookie. @default 'koa.sess' */
  readonly key?: string | undefined
  /**
   * Ms that the cookie lasts, and the session without a request; `'session'`: the cookie lasts until the browser closes, the
   * session `maxInactiveInterval` seconds.
   * @default a day; `'session'` where `maxInactiveInterval` is given
   */
  readonly maxAge?: number | 'session' | undefined
  /** Save, and set the cookie, at the end of each request; else `ctx.session.manuallyCommit()` does. @default true */
  readonly autoCommit?: boolean | undefined
  /** Set the cookie with every answer. @default false */
  readonly rolling?: boolean | undefined
  /** Set the cookie again when less than half of its time is left. @default false */
  readonly renew?: boolean | undefined
  /** Accepted and without effect: an answer has one session cookie. @default true */
  readonly overwrite?: boolean | undefined
  /** Accepted and without effect: the cookie is signed. @default true */
  readonly signed?: true | undefined
  /** Makes the id of a new session. @default `HZ` and 32 hex digits */
  readonly genid?: ((ctx: Koa.Context) => string) | undefined
  /** What generated ids begin with. Without effect beside `genid`. */
  readonly prefix?: string | undefined
  /** Whether a session that was loaded shall be used; else the request has a new one. */
  readonly valid?: ((ctx: Koa.Context, data: StoredData) => unknown) | undefined
  /** Runs before a session is saved, and may change it. */
  readonly beforeSave?: ((ctx: Koa.Context, session: ContextSession) => void) | undefined
}

/** Options of `hazelcastSession`. */
export interface HazelcastSessionOptions extends SessionManagerOptions, LibraryOptions {
  /** Signs the cookie; of several the first signs and all verify. At least 32 characters in production. */
  readonly secret?: Secret | readonly Secret[] | undefined
  /** The cookie's name and flags as the other packages spell them. */
  readonly cookie?: (CookieTerms & { readonly name?: string | undefined }) | undefined
  /** Put the worker's name in a plain cookie of its own, `true`: `hzroute`, in place of the id's suffix. @default false */
  readonly routeCookie?: boolean | string | undefined
  /** Requests that need no session: it is not even loaded. For static files. */
  readonly skip?: ((ctx: Koa.Context) => boolean) | undefined
  /**
   * The store of before. A session that is not in the cluster is looked for there, once, and moved. koa-session's own cookie is
   * understood meanwhile, by the application's `keys`.
   */
  readonly importFrom?: ImportStore | undefined
}

/** Those that are read of `HazelcastSessionOptions` beside the manager's. */
export interface MiddlewareOptions extends HttpOptions, CookieTerms {
  readonly key: string | undefined
  readonly maxAge: number | 'session' | undefined
  readonly autoCommit: boolean
  readonly rolling: boolean
  readonly renew: boolean
  readonly overwrite: boolean
  readonly signed: true
  readonly genid: LibraryOptions['genid']
  readonly prefix: string | undefined
  readonly valid: LibraryOptions['valid']
  readonly beforeSave: LibraryOptions['beforeSave']
  readonly cookie: CookieTerms & { readonly name?: string | undefined }
  readonly skip: HazelcastSessionOptions['skip']
  readonly importFrom: ImportStore | undefined
  readonly store: undefined
  readonly ContextStore: undefined
  readonly externalKey: undefined
  readonly encode: undefined
  readonly decode: undefined
}

/** As the library's. */
const DEFAULT_KEY = 'koa.sess'

function functionOption<T>(): z.ZodType<T | undefined> {
  return z.custom<T>((value) => typeof value === 'function', 'expected a function').optional()
}

/** An option of the library that there is nothing for here. */
function noOption(why: string): z.ZodType<undefined> {
  return z.undefined(`expected none: ${why}`).optional()
}

const terms = {
  domain: z.string().optional(),
  path: z.string().optional(),
  secure: z.boolean().optional(),
  httpOnly: z.boolean().optional(),
  sameSite: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.toLowerCase() : value),
      z.union([z.boolean(), z.enum(['lax', 'strict', 'none'])], 'expected lax, strict, none, true or false'),
    )
    .nullish(),
  partitioned: z.boolean().optional(),
  priority: z.enum(['low', 'medium', 'high']).optional(),
}

const MAX_AGE = "expected a number > 0 of ms, or 'session'"
const IN_HAZELCAST = 'sessions are kept in Hazelcast'

/** Readers of everything that the session manager does not read. */
export function middlewareOptions(environment: NodeJS.ProcessEnv): OptionsExtension<MiddlewareOptions> {
  const http = httpOptions(environment)
  return {
    fields: {
      ...http.fields,
      ...terms,
      key: z.string().min(1).optional(),
      maxAge: z.union([z.number().positive(MAX_AGE), z.literal('session')], MAX_AGE).optional(),
      autoCommit: z.boolean().default(true),
      rolling: z.boolean().default(false),
      renew: z.boolean().default(false),
      overwrite: z.boolean().default(true),
      signed: z.literal(true, 'expected true: the cookie is always signed').default(true),
      genid: functionOption(),
      prefix: z.string().optional(),
      valid: functionOption(),
      beforeSave: functionOption(),
      cookie: z.strictObject({ name: z.string().min(1).optional(), ...terms }).default({}),
      skip: functionOption(),
      importFrom: importOption<ImportStore>(),
      store: noOption(`${IN_HAZELCAST}. \`importFrom\` moves those of another store there`),
      ContextStore: noOption(IN_HAZELCAST),
      externalKey: noOption('the id travels in a signed cookie. `genid` makes ids of your own'),
      encode: noOption(`${IN_HAZELCAST}, and not in the cookie. \`serializer\` turns attributes into text`),
      decode: noOption(`${IN_HAZELCAST}, and not in the cookie. \`serializer\` reads attributes`),
    },
    readings: { ...http.readings, 'cookie.name': 'text' },
    contradictions: (options) => [...http.contradictions(options), ...saidTwice(options), ...cookieProblems(options)],
  }
}

/** What the cookie is called. */
export function cookieName({ key, cookie }: MiddlewareOptions): string {
  return key ?? cookie.name ?? DEFAULT_KEY
}

/** The cookie's flags, however they are spelled. */
export function cookieTerms(options: MiddlewareOptions): CookieTerms {
  const { name: _, ...flags } = options.cookie
  const own = Object.keys(terms).map((flag) => [flag, Reflect.get(options, flag)] as const)
  const defaults: CookieTerms = { path: '/', httpOnly: true }
  return { ...defaults, ...flags, ...Object.fromEntries(own.filter(([, value]) => value !== undefined)) }
}

function saidTwice(options: MiddlewareOptions): string[] {
  const { name, ...flags } = options.cookie
  const twice = Object.keys(flags).filter((flag) => Reflect.get(options, flag) !== undefined)
  return [
    ...(name !== undefined && options.key !== undefined ? ['`key` and `cookie.name`: expected one of them'] : []),
    ...twice.map((flag) => `\`${flag}\` and \`cookie.${flag}\`: expected one of them`),
  ]
}

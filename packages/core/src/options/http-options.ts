import { z } from 'zod'
import type { OptionsExtension } from './resolve-options.ts'

/** What signs a cookie. */
export type Secret = string | Buffer

/** The options that every adapter of our own middleware has beside those of the manager. */
export interface HttpOptions {
  /** Signs the cookie: the first signs, all verify. At least 32 characters in production. */
  readonly secret: readonly Secret[]
  /** Name of the plain cookie that carries the worker's name in place of the id's suffix; `undefined`: the suffix. */
  readonly routeCookie: string | undefined
}

/** RFC 6265, 4.1.1: a token. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/
const DEFAULT_ROUTE_COOKIE = 'hzroute'
const SHORTEST_SECRET = 32

function isSecret(value: unknown): value is Secret {
  return typeof value === 'string' || Buffer.isBuffer(value)
}

/** Reader of `importFrom`: a store of a session library, for whose types the adapter answers. */
export function importOption<Store>(): z.ZodType<Store | undefined> {
  const isStore = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'get' in value && 'destroy' in value
  return z.custom<Store>(isStore, 'expected a store with the methods get and destroy').optional()
}

/** Readers of these options. `environment` says whether this is production. */
export function httpOptions(environment: NodeJS.ProcessEnv): OptionsExtension<HttpOptions> {
  const isProduction = environment['NODE_ENV'] === 'production'
  const shortest = isProduction ? SHORTEST_SECRET : 1
  const secret = z
    .custom<Secret>(isSecret, 'expected a text, or a list of texts')
    .refine(
      ({ length }) => length >= shortest,
      `expected at least ${shortest} characters${isProduction ? ' in production' : ''}`,
    )
  return {
    fields: {
      secret: z.preprocess(
        (value) => (isSecret(value) ? [value] : value),
        z.array(secret, 'expected a text, or a list of texts').min(1, 'expected a text, or a list of texts'),
      ),
      routeCookie: z
        .union([z.boolean(), z.string().regex(COOKIE_NAME, 'expected true, or the name of a cookie')])
        .optional()
        .transform((value) => (value === true ? DEFAULT_ROUTE_COOKIE : value === false ? undefined : value)),
    },
    readings: { secret: 'secrets', routeCookie: 'boolean' },
    contradictions: () => [],
  }
}
